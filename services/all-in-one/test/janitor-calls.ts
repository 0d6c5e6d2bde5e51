import { randomBytes } from "node:crypto";

/** An answer with its body. */
export interface JanitorAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

/** Calls of a Janitor API. */
export interface JanitorCalls {
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<JanitorAnswer>;
  /** Uploads codebases of these names. */
  upload(names: readonly string[]): Promise<void>;
  /** Queues a run of the campaign `lintian-fixes`. */
  schedule(codebase: string, more?: object): Promise<Record<string, unknown>>;
  /** Asks for work; undefined when there is none. */
  assign(more?: object): Promise<Record<string, unknown> | undefined>;
  /** Finishes a run with a result and files by name. */
  finish(run: string, result?: object, files?: Readonly<Record<string, string>>): Promise<JanitorAnswer>;
}

/** A name that no other test uses. */
export const uniqueName = () => `c${randomBytes(5).toString("hex")}`;

/** Makes the calls. @param baseUrl asked for at each call */
export function janitorCalls(baseUrl: () => string): JanitorCalls {
  async function call(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
    const content = body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) };
    const response = await fetch(`${baseUrl()}${path}`, { method, headers, ...content });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parsed(text) };
  }

  async function expectStatus(status: number, calling: Promise<JanitorAnswer>): Promise<Record<string, unknown>> {
    const { status: actual, body } = await calling;
    if (actual !== status) throw new Error(`${actual} instead of ${status}: ${JSON.stringify(body)}`);
    return body as Record<string, unknown>;
  }

  return {
    call,
    async upload(names) {
      const codebases = names.map((name) => ({ name, branch_url: `https://git.example/${name}` }));
      await expectStatus(200, call("POST", "/codebases", codebases));
    },
    schedule: (codebase, more = {}) =>
      expectStatus(200, call("POST", "/schedule", { campaign: "lintian-fixes", codebase, ...more })),
    async assign(more = {}) {
      const answer = await call("POST", "/active-runs", { worker: "w", ...more });
      if (answer.status === 503 && (answer.body as { reason: string }).reason === "queue empty") return undefined;
      return expectStatus(201, Promise.resolve(answer));
    },
    finish(run, result = {}, files = {}) {
      const form = new FormData();
      form.set("metadata", new Blob([JSON.stringify(result)], { type: "application/json" }), "result.json");
      for (const [name, text] of Object.entries(files)) form.append("file", new Blob([text]), name);
      return call("POST", `/active-runs/${run}/finish`, form);
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
