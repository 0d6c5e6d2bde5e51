import { type ChildProcess, spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";

/** What to start. */
export interface SpawnSpec {
  /** A program, by path or found in the environment's PATH. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Written to the standard input, which then ends. Unset: an empty input. */
  readonly stdin?: string | Uint8Array;
}

/** A process that runs, with its two outputs. */
export type RunningProcess = ChildProcess & {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly stdin: Writable | null;
};

/** A process that could not be started. */
export class SpawnError extends Error {
  override readonly name = "SpawnError";
  /** The system lacked something at this moment; another try may work. */
  readonly passing: boolean;

  constructor(message: string, passing: boolean, cause: unknown) {
    super(message, { cause });
    this.passing = passing;
  }
}

const passingCodes = new Set(["EAGAIN", "EMFILE", "ENFILE", "ENOMEM"]);

/**
 * Starts a process as the leader of a session and group of its own, so that one signal reaches all that it starts.
 *
 * @throws SpawnError with words for a person. The system has one code for a missing directory and a missing program, hence the
 *   look at the directory first
 */
export async function spawnProcess(spec: SpawnSpec): Promise<RunningProcess> {
  const directory = await stat(spec.cwd).catch((cause: NodeJS.ErrnoException) => {
    throw new SpawnError(
      `working directory ${spec.cwd}: ${cause.code === "ENOENT" ? "not found" : cause.code}`,
      false,
      cause,
    );
  });
  if (!directory.isDirectory())
    throw new SpawnError(`working directory ${spec.cwd}: not a directory`, false, undefined);
  try {
    const child = spawn(spec.file, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: [spec.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    await new Promise((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.on("error", () => undefined);
    // A program that doesn't read its input to the end is no failure.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(spec.stdin);
    return child as unknown as RunningProcess;
  } catch (cause) {
    throw startError(spec, cause as NodeJS.ErrnoException);
  }
}

function startError({ file, cwd }: SpawnSpec, cause: NodeJS.ErrnoException): SpawnError {
  const code = cause.code ?? "unknown error";
  if (code === "ENOENT") return new SpawnError(`program ${file}: not found`, false, cause);
  if (code === "EACCES") return new SpawnError(`program ${file}: permission denied (in ${cwd})`, false, cause);
  if (code === "E2BIG") return new SpawnError(`program ${file}: arguments and environment are too long`, false, cause);
  return new SpawnError(`program ${file}: cannot be started (${code})`, passingCodes.has(code), cause);
}
