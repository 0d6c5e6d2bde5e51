import { type JobContext, JobFailure, JobSuccess, type OutcomeFacts } from "@switchyard/client";
import { metricNames, type OperationResult } from "@switchyard/pipeline-model";
import { failureLine } from "../lines/failure-line.js";
import { startLines } from "../lines/start-lines.js";
import { type HandlerResult, type OperationContext, OperationFailure, type OperationHandler } from "../operation.js";
import { createContext, type SharedDeps } from "./create-context.js";
import { recordRun } from "./record-run.js";
import { wireRunId } from "./run-id.js";

/** Labels of a failure that no handler foresaw. */
const unexpected = { code: "unexpected" };

/**
 * Executes one job: the handler's result with what it cost, or a failure with a line that says where it was thrown. Nothing is
 * tried again: what failed would fail anew, and cost again.
 */
export async function executeOperation(
  deps: SharedDeps,
  handler: OperationHandler,
  job: JobContext,
): Promise<JobSuccess> {
  const context = createContext(deps, job);
  const began = performance.now();
  const resultOf = ({ success = true, data, error = null, modelUsed }: HandlerResult): OperationResult => ({
    success,
    data,
    cost_usd: context.usage.costUsd,
    duration_ms: Math.round(performance.now() - began),
    error,
    input_tokens: context.usage.inputTokens,
    output_tokens: context.usage.outputTokens,
    model_used: modelUsed === undefined ? context.usage.model : modelUsed,
  });
  for (const line of startLines(job.lease.kind, context.input)) context.line(line);
  try {
    const result = resultOf(await handler(context));
    await keep(context, job, result);
    return new JobSuccess(result, { ...factsOf(context), artifacts: [...context.files.ids] });
  } catch (error) {
    // Stopped: the runner says what becomes of it, and there is nobody to be told more.
    if (job.signal.aborted) throw error;
    const words = deps.mask(error instanceof Error ? error.message || error.name : String(error));
    context.line(failureLine(error, context.input.job_id));
    const result = resultOf({ success: false, data: {}, error: words });
    await keep(context, job, result);
    const labels = error instanceof OperationFailure ? error.labels : unexpected;
    throw new JobFailure(words, { result, labels, cause: error, ...factsOf(context) });
  }
}

/** Keeps the record of a run. One that cannot be kept changes nothing about what came of it. */
async function keep(context: OperationContext, { lease }: JobContext, result: OperationResult): Promise<void> {
  const { job_id: jobId, tier } = context.input;
  const run = { runId: wireRunId(lease), operation: lease.kind, jobId, tier };
  await recordRun(context.documents, run, result).catch((error: unknown) => {
    context.line(`The record of this run could not be kept: ${String(error)}`);
  });
}

function factsOf({ usage }: OperationContext): OutcomeFacts {
  return {
    metrics: {
      [metricNames.cost]: usage.costUsd,
      [metricNames.inputTokens]: usage.inputTokens,
      [metricNames.outputTokens]: usage.outputTokens,
    },
  };
}
