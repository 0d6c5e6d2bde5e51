import { resolve } from "node:path";
import { type JobContext, type JobHandler, JobSuccess } from "@switchyard/client";
import { type ProcessExecutorDeps, type ProcessResult, runAttemptProcess } from "./attempt-process.js";
import { exitRules } from "./exit-rules.js";
import { commandLine, type ProcessInput, processInput, readInput } from "./process-input.js";
import { settleProcess, usageFacts } from "./settle-process.js";

/**
 * Makes the executor of process jobs. Output goes to the streams `stdout` and `stderr` as it is written. Exit code 0 is a
 * success; any other end is a failure that carries the same result.
 */
export function createProcessExecutor(deps: ProcessExecutorDeps): JobHandler {
  return async (context) => {
    const result = await executeProcess(deps, context, readInput(processInput, context));
    return new JobSuccess(result, usageFacts(result));
  };
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
  const timeoutMs = input.timeout === undefined ? undefined : input.timeout * 1000;
  const end = await runAttemptProcess(deps, context, {
    ...commandLine(input),
    env: input.env,
    cwd: resolve(deps.workDir ?? process.cwd(), input.cwd ?? "."),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(input.stdin !== undefined && { stdin: input.stdin }),
  });
  return settleProcess(end, { context, timeoutMs, rules: exitRules({ retryable: input.retryableExitCodes }) });
}
