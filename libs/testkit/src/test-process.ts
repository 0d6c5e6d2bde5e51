import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bundleProgram } from "./bundle-program.js";
import { eventually } from "./eventually.js";

const checkout = join(import.meta.dirname, "../../..");

/** A process of the repository. */
export interface TestProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Everything that it wrote, for messages of failed tests. */
  readonly output: () => string;
  /** Waits for a line of its output that matches. */
  line(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts a program of the repository (`services/.../main.ts`), as its sources are now, with an environment and arguments of its own. */
export async function startProcess(
  file: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<TestProcess> {
  const program = await bundleProgram(file);
  const { PATH = "", HOME = "/" } = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    cwd: checkout,
    env: { PATH, HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", (line) => lines.push(line));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const output = () => lines.join("\n");
  return {
    child,
    pid: child.pid as number,
    output,
    line: (pattern, timeoutMs = 60_000) =>
      eventually(
        () => {
          const match = lines.map((line) => pattern.exec(line)).find((found) => found !== null);
          if (match) return match;
          if (child.exitCode !== null) throw new Error(`${file} ended with ${child.exitCode}:\n${output()}`);
          throw new Error(`no line of ${file} matches ${pattern}:\n${output()}`);
        },
        { timeoutMs },
      ),
    async end(signal = "SIGTERM") {
      child.kill(signal);
      return ended;
    },
  };
}

/** A directory that the database's user can enter; removed by `remove`. */
export async function temporaryDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "switchyard-test-"));
  await chmod(path, 0o755);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
