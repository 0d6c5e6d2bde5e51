import { createInterface } from "node:readline";

/** One line to a process: a call of one of its commands. */
export interface CommandLine {
  readonly id: number;
  readonly command: string;
  readonly argument?: unknown;
}

/** One line from a process: an answer, or, without an id, something that it tells by itself. */
export type AnswerLine =
  | { readonly id: number; readonly result?: unknown }
  | { readonly id: number; readonly error: { readonly message: string; readonly code: string } }
  | { readonly event: string; readonly value: unknown };

/** Commands by name. */
export type Commands = Readonly<Record<string, (argument: never) => unknown>>;

/** Tells the parent something by itself. */
export function tell(event: string, value: unknown): void {
  process.stdout.write(`${JSON.stringify({ event, value } satisfies AnswerLine)}\n`);
}

/**
 * Makes this process one that takes commands: a line of JSON each on standard input, answered by a line on standard output, in any order.
 * Ends when the input does, after `close`.
 */
export function serve(commands: object, close: () => Promise<unknown>): void {
  // Libraries that print something must not print it between the answers.
  console.log = console.info = console.error;
  const answer = (line: AnswerLine) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const input = createInterface({ input: process.stdin });
  input.on("line", (text) => {
    const { id, command, argument } = JSON.parse(text) as CommandLine;
    void (async () => {
      try {
        const run = (commands as Commands)[command];
        if (run === undefined) throw new Error(`there is no command ${command}`);
        answer({ id, result: await run.call(commands, argument as never) });
      } catch (error) {
        answer({ id, error: describe(error) });
      }
    })();
  });
  input.on("close", () => {
    void close().finally(() => process.exit());
  });
  tell("ready", process.pid);
}

function describe(error: unknown): { readonly message: string; readonly code: string } {
  const { reason, code, stack } = error as {
    readonly reason?: unknown;
    readonly code?: unknown;
    readonly stack?: string;
  };
  return { message: stack ?? String(error), code: String(reason ?? code ?? "") };
}
