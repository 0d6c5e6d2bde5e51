import { randomBytes } from "node:crypto";

/** The tokens of the contract's example: `silo_admin`, `silo_editor`, `silo_viewer`. */
export const siloTokens = JSON.stringify([
  { token: "silo_admin", user: "ada", role: "admin" },
  { token: "silo_editor", user: "eli", role: "editor" },
  { token: "silo_viewer", user: "vic", role: "viewer" },
]);

/** An answer with its parsed body. */
export interface SiloAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** A runner's account as its maker sees it. */
export interface SiloRunner {
  readonly id: string;
  readonly token: string;
}

/** Calls of a silo API, by default as the admin. */
export interface SiloCalls {
  call(
    method: string,
    path: string,
    options?: { readonly token?: string; readonly body?: unknown },
  ): Promise<SiloAnswer>;
  /** Makes a definition whose jobs only the runners of this tag take; its name is the tag. */
  define(more?: object): Promise<string>;
  makeRunner(tag: string, more?: object): Promise<SiloRunner>;
  makeJob(definition: string, more?: object): Promise<string>;
  job(id: string): Promise<Record<string, unknown>>;
  /** Messages of a job's log. */
  messages(id: string): Promise<string[]>;
}

/** A word that no other test uses. */
export const uniqueWord = () => `t${randomBytes(5).toString("hex")}`;

/** Makes the calls. @param baseUrl asked for at each call */
export function siloCalls(baseUrl: () => string): SiloCalls {
  async function call(
    method: string,
    path: string,
    { token = "silo_admin", body }: { token?: string; body?: unknown } = {},
  ) {
    const headers = { authorization: `Bearer ${token}` };
    const content = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
    const response = await fetch(`${baseUrl()}${path}`, { method, headers, ...content });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? {} : JSON.parse(text),
    } as SiloAnswer;
  }

  async function expectStatus(status: number, calling: Promise<SiloAnswer>): Promise<Record<string, unknown>> {
    const answer = await calling;
    if (answer.status !== status)
      throw new Error(`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  return {
    call,
    async define(more = {}) {
      const name = uniqueWord();
      const body = { compute: { type: "t", command: "c" }, runner: { tags: [name] }, ...more };
      await expectStatus(201, call("PUT", `/api/job-definitions/${name}`, { body }));
      return name;
    },
    async makeRunner(tag, more = {}) {
      const body = { name: `r-${uniqueWord()}`, tags: [tag], ...more };
      return (await expectStatus(201, call("POST", "/api/runners", { body }))) as unknown as SiloRunner;
    },
    async makeJob(definition, more = {}) {
      const body = { definition_name: definition, ...more };
      return (await expectStatus(201, call("POST", "/api/jobs", { body })))["id"] as string;
    },
    job: (id) => expectStatus(200, call("GET", `/api/jobs/${id}`)),
    async messages(id) {
      const entries = await expectStatus(200, call("GET", `/api/jobs/${id}/logs`));
      return (entries as unknown as { message: string }[]).map(({ message }) => message);
    },
  };
}

/** A frame of a stream of server-sent events. */
export interface SiloEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

/** Reads server-sent events until the signal fires. The promise settles once the stream is open. */
export async function openEvents(
  url: string,
  { signal, token = "silo_viewer", lastEventId }: { signal: AbortSignal; token?: string; lastEventId?: string },
): Promise<AsyncGenerator<SiloEvent, undefined>> {
  const resumed = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  const response = await fetch(url, { signal, headers: { authorization: `Bearer ${token}`, ...resumed } });
  if (response.status !== 200 || response.body === null)
    throw new Error(`events were answered with ${response.status}`);
  return framesOf(response.body.pipeThrough(new TextDecoderStream()));
}

async function* framesOf(stream: ReadableStream<string>): AsyncGenerator<SiloEvent, undefined> {
  let text = "";
  for await (const piece of stream) {
    text += piece;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const fields = new Map(
        text
          .slice(0, end)
          .split("\n")
          .map((line) => line.split(/: (.*)/s, 2) as [string, string]),
      );
      text = text.slice(end + 2);
      const data = fields.get("data");
      if (data === undefined) continue;
      yield {
        event: fields.get("event") ?? "",
        id: fields.get("id"),
        data: JSON.parse(data) as Record<string, unknown>,
      };
    }
  }
  return undefined;
}

/** Reads events up to and including the first that fits. */
export async function eventsUntil(
  events: AsyncGenerator<SiloEvent, undefined>,
  isLast: (event: SiloEvent) => boolean,
): Promise<SiloEvent[]> {
  const found: SiloEvent[] = [];
  for (;;) {
    const next = await events.next();
    if (next.done === true) throw new Error(`the stream ended after ${found.map(({ event }) => event).join()}`);
    found.push(next.value);
    if (isLast(next.value)) return found;
  }
}
