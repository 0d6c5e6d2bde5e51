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
    stdout: { write: async (data) => void out.push(textOf(data)) },
    stderr: { write: async (data) => void err.push(textOf(data)) },
    readStdin: async () => "",
    colors: false,
    interrupted: new AbortController().signal,
  });
  return { code, out: out.join(""), err: err.join("") };
}

function textOf(data: string | Uint8Array): string {
  return typeof data === "string" ? data : Buffer.from(data).toString();
}
