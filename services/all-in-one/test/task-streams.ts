import { once } from "node:events";
import { type Agent, request } from "node:http";
import { eventually } from "@switchyard/testkit";
import { WebSocket } from "ws";

/** A message of a task's stream. */
// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
export type StreamMessage = Record<string, any>;

/** A stream of messages that somebody reads. */
export interface OpenStream {
  readonly messages: readonly StreamMessage[];
  /** The close code of a WebSocket, 0 for the end of an event stream. */
  readonly ended: Promise<number>;
  /** Waits for a message. */
  until(fits: (message: StreamMessage) => boolean): Promise<StreamMessage>;
  leave(): void;
}

/** Follows a task over a WebSocket; returns when the snapshot is there. */
export async function openSocket(
  base: string,
  id: string,
  query = "",
  headers: Readonly<Record<string, string>> = {},
): Promise<OpenStream & { socket: WebSocket }> {
  const socket = new WebSocket(`${base.replace(/^http/, "ws")}/ws/tasks/${id}${query}`, { headers });
  const messages: StreamMessage[] = [];
  const until = waiter(messages);
  socket.on("message", (data) => messages.push(JSON.parse(String(data))));
  const ended = once(socket, "close").then(([code]) => code as number);
  await once(socket, "open");
  await until(({ type }) => type === "snapshot");
  return { socket, messages, until, ended, leave: () => socket.close() };
}

/**
 * Follows a task as server-sent events; returns when the snapshot is there.
 *
 * @param agent keeps the connection for later calls. Default: a connection for this call alone
 */
export async function openEvents(
  base: string,
  id: string,
  query = "",
  headers: Readonly<Record<string, string>> = {},
  agent: Agent | false = false,
): Promise<OpenStream> {
  const call = request(`${base}/api/v1/tasks/${id}/events${query}`, { agent, headers });
  call.end();
  const [answer] = (await once(call, "response")) as [import("node:http").IncomingMessage];
  answer.setEncoding("utf8");
  const messages: StreamMessage[] = [];
  const until = waiter(messages);
  let text = "";
  answer.on("data", (piece: string) => {
    const frames = `${text}${piece}`.split("\n\n");
    text = frames.pop() ?? "";
    for (const frame of frames) {
      const [, type, data] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? [];
      if (type === undefined || data === undefined) continue;
      const message = JSON.parse(data) as StreamMessage;
      if (message["type"] !== type) throw new Error(`the event ${type} holds ${data}`);
      messages.push(message);
    }
  });
  const ended = once(answer, "close").then(() => 0);
  await until(({ type }) => type === "snapshot");
  return { messages, until, ended, leave: () => call.destroy() };
}

function waiter(messages: readonly StreamMessage[]): OpenStream["until"] {
  return (fits) =>
    eventually(
      () => {
        const found = messages.find(fits);
        if (found === undefined) throw new Error(`not among ${JSON.stringify(messages).slice(0, 2_000)}`);
        return found;
      },
      { timeoutMs: 20_000 },
    );
}
