import { runCli } from "@switchyard/cli";
import { eventually } from "@switchyard/testkit";

/** One run of the command line in this process. */
export interface CliRun {
  /** The exit code. */
  readonly ended: Promise<number>;
  /** What was written to the standard output so far. */
  out(): string;
  /** What was written to the standard error so far. */
  err(): string;
  /** Ctrl-C. */
  interrupt(): void;
  /** Waits for a text on the standard output. */
  says(text: string): Promise<void>;
}

/** What a finished run wrote, and its exit code. */
export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

type Env = Readonly<Record<string, string>>;

/** Makes command lines in an environment, which names the system's address, with no profile of the machine's user. */
export function cliFor(around: Env) {
  const env = { XDG_CONFIG_HOME: "/nonexistent", USER: "tester", ...around };

  const start = (argv: readonly string[], stdin = ""): CliRun => {
    const interrupt = new AbortController();
    const [out, err]: [string[], string[]] = [[], []];
    const said = () => out.join("");
    const ended = runCli(argv, {
      env,
      stdout: { write: async (data) => void out.push(textOf(data)) },
      stderr: { write: async (data) => void err.push(textOf(data)) },
      readStdin: async () => stdin,
      colors: false,
      interrupted: interrupt.signal,
    });
    return {
      ended,
      out: said,
      err: () => err.join(""),
      interrupt: () => interrupt.abort(),
      says: (text) =>
        eventually(() => {
          if (!said().includes(text))
            throw new Error(`${argv.join(" ")} did not say ${text}:\n${said()}${err.join("")}`);
        }),
    };
  };
  const run = async (...argv: readonly string[]): Promise<CliResult> => {
    const { ended, out, err } = start(argv);
    return { code: await ended, out: out(), err: err() };
  };
  /** What a command that must succeed wrote. */
  const done = async (...argv: readonly string[]): Promise<string> => {
    const { code, out, err } = await run(...argv);
    if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${err}`);
    return out;
  };
  /** The lines of JSON that a command that must succeed wrote. */
  const lines = async (...argv: readonly string[]): Promise<Record<string, unknown>[]> => {
    const text = await done(...argv, "-o", "json");
    return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));
  };
  /** Submits a shell command to a queue; its id. */
  const submit = async (script: string, ...options: readonly string[]): Promise<string> =>
    (await done("jobs", "submit", "shell.run", "--input", shellInput(script), ...options)).trim();
  return { start, run, done, lines, submit };
}

/** The input of a job that runs a shell script. */
export function shellInput(script: string): string {
  return JSON.stringify({ command: ["sh", "-c", script] });
}

function textOf(data: string | Uint8Array): string {
  return typeof data === "string" ? data : Buffer.from(data).toString();
}
