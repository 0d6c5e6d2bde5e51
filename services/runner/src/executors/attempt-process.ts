import { durationMs } from "@bufbuild/protobuf/wkt";
import { type JobContext, JobFailure } from "@switchyard/client";
import type { Guardian } from "../guardian/guardian.js";
import type { Mask } from "@switchyard/masking";
import { processEnvironment } from "../process/environment.js";
import { type ProcessEnd, runProcess } from "../process/run-process.js";
import { SpawnError, type SpawnSpec } from "../process/spawn-process.js";

/** What process jobs run in. */
export interface ProcessExecutorDeps {
  readonly guardian: Guardian;
  /** Directory that processes start in. Default: this process's. */
  readonly workDir?: string;
  /** What may be inherited. Default: this process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** The result of a process job. */
export type ProcessResult = Omit<ProcessEnd, "timedOut">;

/** What an attempt runs; `env` is what the job adds to the inherited variables. */
export interface AttemptProcess extends SpawnSpec {
  /** A limit of its own, in milliseconds. Default: none. */
  readonly timeoutMs?: number;
  /** Time between asking it to stop and killing it, in milliseconds. Default: the job's, else 5 s. */
  readonly graceMs?: number;
  /** Blackens secrets in the output. Default: nothing is one. */
  readonly mask?: Mask;
}

const defaultGraceMs = 5_000;

/**
 * Runs a process for an attempt, with the attempt's names in its environment and its output in the streams `stdout` and `stderr`.
 *
 * @throws JobFailure when it can't be started
 */
export async function runAttemptProcess(
  deps: ProcessExecutorDeps,
  context: JobContext,
  { mask, ...what }: AttemptProcess,
): Promise<ProcessEnd> {
  const { jobId, attempt, namespace, stopGrace } = context.lease;
  const mark = { namespace, jobId, attempt };
  const spec = {
    graceMs: stopGrace === undefined ? defaultGraceMs : durationMs(stopGrace),
    ...what,
    ...{ jobId, attempt },
    env: processEnvironment(deps.environment ?? process.env, what.env, mark, context.traceParent),
  };
  context.signal.throwIfAborted();
  return runProcess(spec, {
    guardian: deps.guardian,
    signal: context.signal,
    write: (stream, chunk) => context.write(stream, chunk),
    ...(mask !== undefined && { mask }),
  }).catch((cause: unknown) => {
    if (cause instanceof SpawnError) throw new JobFailure(cause.message, { retryable: cause.passing, cause });
    throw cause;
  });
}
