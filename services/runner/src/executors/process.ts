import { resolve } from "node:path";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { type JobContext, JobFailure, type JobHandler } from "@switchyard/client";
import type { Guardian } from "../guardian/guardian.js";
import { processEnvironment } from "../process/environment.js";
import { type ProcessEnd, runProcess } from "../process/run-process.js";
import { SpawnError } from "../process/spawn-process.js";
import { commandLine, type ProcessInput, processInput, readInput } from "./process-input.js";

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

const defaultGraceMs = 5_000;

/**
 * Makes the executor of process jobs. Output goes to the streams `stdout` and `stderr` as it is written. Exit code 0 is a
 * success; any other end is a failure that carries the same result.
 */
export function createProcessExecutor(deps: ProcessExecutorDeps): JobHandler {
  return (context) => executeProcess(deps, context, readInput(processInput, context));
}

/**
 * Runs one process for a job.
 *
 * @throws JobFailure for every end but exit code 0
 */
export async function executeProcess(
  deps: ProcessExecutorDeps,
  context: JobContext,
  input: ProcessInput,
): Promise<ProcessResult> {
  const { jobId, attempt, namespace, stopGrace } = context.lease;
  const mark = { namespace, jobId, attempt };
  const spec = {
    ...commandLine(input),
    jobId,
    attempt,
    env: processEnvironment(deps.environment ?? process.env, input.env, mark, context.traceParent),
    cwd: resolve(deps.workDir ?? process.cwd(), input.cwd ?? "."),
    graceMs: stopGrace === undefined ? defaultGraceMs : durationMs(stopGrace),
    ...(input.timeout === undefined ? {} : { timeoutMs: input.timeout * 1000 }),
    ...(input.stdin === undefined ? {} : { stdin: input.stdin }),
  };
  context.signal.throwIfAborted();
  const end = await runProcess(spec, {
    guardian: deps.guardian,
    signal: context.signal,
    write: (stream, chunk) => context.write(stream, chunk),
  }).catch((cause: unknown) => {
    if (cause instanceof SpawnError) throw new JobFailure(cause.message, { retryable: cause.passing, cause });
    throw cause;
  });
  const { timedOut, ...result } = end;
  if (timedOut) throw new JobFailure(`timed out after ${input.timeout} s`, { timedOut, result });
  if (context.signal.aborted) throw new JobFailure("stopped", { result });
  if (result.exitCode === 0) return result;
  const retryable = result.exitCode !== null && input.retryableExitCodes.includes(result.exitCode);
  throw new JobFailure(failureText(result), { retryable, result });
}

function failureText({ exitCode, signal }: ProcessResult): string {
  return exitCode === null ? `the process was ended by ${signal}` : `the process exited with code ${exitCode}`;
}
