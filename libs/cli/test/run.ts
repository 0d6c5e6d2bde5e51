import { runCli } from "../src/index.js";

/** What one command line wrote, and its exit code. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, in an environment of its own. */
export async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(argv, {
    env: { XDG_CONFIG_HOME: "/nonexistent", ...env },
    stdout: { write: async (text) => void out.push(text) },
    stderr: { write: async (text) => void err.push(text) },
    readStdin: async () => "",
    colors: false,
    interrupted: new AbortController().signal,
  });
  return { code, out: out.join(""), err: err.join("") };
}
