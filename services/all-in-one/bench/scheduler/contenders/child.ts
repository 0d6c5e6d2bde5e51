import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { AnswerLine } from "../driver/serve.js";

/** A call of a process failed; `code` is the reason or code of the error there. */
export class RemoteError extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
    this.name = "RemoteError";
  }

  /** The service does not serve what was asked. */
  get notServed(): boolean {
    return this.code === "UNIMPLEMENTED" || this.code === "12";
  }
}

/** Commands of another process: the same ones, each answering a promise. */
export type Remote<C> = {
  readonly [Name in keyof C]: C[Name] extends (...argument: infer A) => infer R
    ? (...argument: A) => Promise<Awaited<R>>
    : never;
};

/** A process that takes commands. */
export interface Child<C> {
  readonly pid: number;
  readonly remote: Remote<C>;
  /** Calls back with what the process tells by itself under this name. */
  on(event: string, callback: (value: unknown) => void): void;
  /** Lets it end by itself; after ten seconds it is killed. */
  close(): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** What is started. */
export interface ChildOptions {
  /** The Node that runs it. */
  readonly node: string;
  readonly script: string;
  readonly arguments?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const endMs = 10_000;

/** Starts a process and waits until it takes commands. It shares this process's standard error. */
export async function startChild<C>(options: ChildOptions): Promise<Child<C>> {
  const { node, script, env = {} } = options;
  const child = spawn(node, [script, ...(options.arguments ?? [])], {
    stdio: ["pipe", "pipe", "inherit"],
    // Nothing of the parent's conditions and loaders: what is measured runs as it is shipped.
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", NODE_ENV: "production", ...env },
  });
  const calls = new Map<
    number,
    { readonly resolve: (value: never) => void; readonly reject: (error: Error) => void }
  >();
  const listeners = new Map<string, (value: unknown) => void>();
  let ended: Error | undefined;
  let nextId = 1;
  const gone = new Promise<void>((resolve) => {
    const end = (how: string) => {
      ended ??= new Error(`${script} has ended (${how})`);
      for (const { reject } of calls.values()) reject(ended);
      calls.clear();
      resolve();
    };
    child.once("error", (error) => end(error.message));
    child.once("exit", (code, signal) => end(signal ?? `exit code ${code}`));
  });
  // A process that has ended takes no more lines; `gone` tells.
  child.stdin.on("error", () => undefined);
  const ready = new Promise<void>((resolve) => listeners.set("ready", () => resolve()));
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text) as AnswerLine;
    if ("event" in line) return listeners.get(line.event)?.(line.value);
    const call = calls.get(line.id);
    calls.delete(line.id);
    if ("error" in line) call?.reject(new RemoteError(line.error.message, line.error.code));
    else call?.resolve(line.result as never);
  });
  await Promise.race([ready, gone]);
  if (ended) throw ended;

  const call = (command: string, argument: unknown) =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      const id = nextId++;
      calls.set(id, { resolve, reject });
      child.stdin.write(`${JSON.stringify({ id, command, argument })}\n`);
    });
  const remote = new Proxy({} as Remote<C>, {
    get: (_target, command) => (argument: unknown) => call(String(command), argument),
  });
  return {
    pid: child.pid ?? 0,
    remote,
    on: (event, callback) => void listeners.set(event, callback),
    async close() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), endMs);
      await gone;
      clearTimeout(timer);
    },
    async kill() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
