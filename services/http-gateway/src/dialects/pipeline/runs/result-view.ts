import type { OperationResult } from "@switchyard/pipeline-model";
import type { RunFailure } from "./run-result.js";

/** The answer of an operation, as synchronous calls give it and streams end with it. */
export interface OperationResponse {
  readonly success: boolean;
  readonly data: Readonly<Record<string, unknown>>;
  readonly cost_usd: number;
  readonly run_id: string;
  readonly error: string | null;
  readonly model_used: string | null;
  readonly duration_ms: number;
}

/** Kinds whose results have their members beside the facts about the call, and not in `data`. */
const flat: ReadonlySet<string> = new Set(["outreach", "outreach-batch", "scrape-form-answers"]);

/** Writes the outcome of an operation; a failure is told in the same shape. */
export function operationResponse(
  runId: string,
  result: OperationResult | undefined,
  failure: RunFailure | undefined,
): OperationResponse {
  return {
    success: failure === undefined && result?.success === true,
    data: result?.data ?? {},
    cost_usd: result?.cost_usd ?? 0,
    run_id: runId,
    error: failure?.message ?? result?.error ?? null,
    model_used: result?.model_used ?? null,
    duration_ms: result?.duration_ms ?? 0,
  };
}

/** Writes the result that a run's stream ends with, in the shape of its kind. */
export function resultView(kind: string, runId: string, result: OperationResult, error: string | null): object {
  // The result of an ingestion is told as the worker wrote it.
  if (kind.startsWith("ingest-")) return { success: result.success, error: result.error, ...result.data };
  const response = operationResponse(runId, result, error === null ? undefined : { message: error, code: undefined });
  if (!flat.has(kind)) return response;
  const { data, ...facts } = response;
  return { ...facts, ...data, success: facts.success };
}
