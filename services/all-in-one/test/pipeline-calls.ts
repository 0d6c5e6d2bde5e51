import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type Agent, type IncomingMessage, request } from "node:http";
import { eventually } from "@switchyard/testkit";
import { restCaller } from "./rest-caller.js";

/** The token of the pipeline dialect in tests. */
export const pipelineSecret = "pipeline-tests-0123456789";

const authorization = { authorization: `Bearer ${pipelineSecret}` };

/** An id of a posting that nobody else uses. */
export const newPostingId = () => randomBytes(12).toString("hex");

/** Calls the dialect at `base` with its token. */
export function pipelineCaller(base: () => string) {
  const call = restCaller(base);
  return (method: string, path: string, body?: unknown) => call(method, path, body, authorization);
}

/** The same, for calls that must be answered with 200: answers with the body. */
export function okCaller(call: ReturnType<typeof pipelineCaller>) {
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
  return async (method: string, path: string, body?: unknown): Promise<any> => {
    const answer = await call(method, path, body);
    if (answer.status === 200) return answer.body;
    throw new Error(`${method} ${path} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
  };
}

/** Calls of the dialect at `base` that are answered with a file: its bytes. */
export function fileCaller(base: () => string) {
  return async (method: string, path: string, body?: object): Promise<Uint8Array> => {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${base()}${path}`, { method, headers: authorization, ...json });
    if (response.status === 200) return new Uint8Array(await response.arrayBuffer());
    throw new Error(`${path} was answered with ${response.status}: ${await response.text()}`);
  };
}

/** One server-sent event. */
export interface RunEvent {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: string;
}

/** A stream of a run that somebody reads. */
export interface RunStream {
  readonly events: readonly RunEvent[];
  /** Settles when the stream has ended. */
  readonly ended: Promise<unknown>;
  /** The texts of the lines so far. */
  lines(): string[];
  /** Waits until something holds. */
  until(check: () => void): Promise<void>;
  leave(): void;
}

/**
 * Follows a run; returns when the answer has begun.
 *
 * @param agent keeps the connection for later calls. Default: a connection for this call alone
 */
export async function openRun(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  agent: Agent | false = false,
): Promise<RunStream> {
  const call = request(url, { agent, headers: { ...authorization, ...headers } });
  call.end();
  const [answer] = (await once(call, "response")) as [IncomingMessage];
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`);
  answer.setEncoding("utf8");
  const events: RunEvent[] = [];
  let text = "";
  answer.on("data", (piece: string) => {
    const frames = `${text}${piece}`.split("\n\n");
    text = frames.pop() ?? "";
    for (const frame of frames) if (!frame.startsWith(":")) events.push(eventOf(frame));
  });
  // A connection that is cut ends the stream too.
  const ended = new Promise<void>((resolve) => {
    answer.once("close", resolve);
    answer.once("error", () => resolve());
  });
  return {
    events,
    ended,
    lines: () => events.filter(({ event }) => event === undefined).map(({ data }) => data),
    until: (check) => eventually(check, { timeoutMs: 20_000 }),
    leave: () => call.destroy(),
  };
}

/** Reads a frame as browsers do. */
function eventOf(frame: string): RunEvent {
  const data: string[] = [];
  let [event, id]: (string | undefined)[] = [];
  for (const line of frame.split("\n")) {
    const [, name, value = ""] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === "data") data.push(value);
    else if (name === "event") event = value;
    else if (name === "id") id = value;
    else throw new Error(`a frame has the line ${JSON.stringify(line)}`);
  }
  return { event, id, data: data.join("\n") };
}
