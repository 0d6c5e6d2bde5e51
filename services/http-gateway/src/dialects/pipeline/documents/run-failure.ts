import { PipelineError } from "../errors.js";
import type { FinishedRun } from "../runs/run-now.js";

/** Statuses of the worker's words for what went wrong. Every other word is a fault: 500. */
const statusOfCode: Readonly<Record<string, number>> = {
  no_content: 400,
  invalid_id: 400,
  invalid_url: 400,
  not_found: 404,
  rate_limited: 429,
  blocked: 503,
  not_configured: 503,
  unavailable: 503,
  timeout: 504,
};

/**
 * Passes a run that went well.
 *
 * @throws PipelineError in the worker's words with the status that its code has. Of a service behind the worker that refused, it
 *   is the status of that service, where the worker names it by the label `status`
 */
export function refuseFailure({ job, failure }: Pick<FinishedRun, "job" | "failure">): void {
  if (failure === undefined) return;
  const upstream = Number(job.lastAttempt?.outcome?.labels["status"]);
  const isError = Number.isInteger(upstream) && upstream >= 400 && upstream <= 599;
  const known = statusOfCode[failure.code ?? ""];
  throw new PipelineError(known ?? (isError ? upstream : 500), failure.message);
}
