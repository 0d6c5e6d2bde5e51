import { collections, type HandlerName, type OperationResult, operations } from "@switchyard/pipeline-model";
import type { DocumentStore } from "../documents/document-store.js";
import { naiveTime } from "../operations/json/times.js";

/** Work whose runs are kept whatever comes of them; of `generate-cv` those that succeed. */
const alwaysKept: readonly HandlerName[] = ["structure-jd", "full-extraction", "research-company", "all-ops"];

/** Which run a record is about. */
export interface RecordedRun {
  readonly runId: string;
  readonly operation: string;
  readonly jobId: string | undefined;
  readonly tier: string | undefined;
}

/** Keeps what came of a run, for the operations that keep it. A repeat of the same run replaces its record. */
export async function recordRun(documents: DocumentStore, run: RecordedRun, result: OperationResult): Promise<void> {
  const handler = operations[run.operation]?.handler;
  const isKept = handler === "generate-cv" ? result.success : handler !== undefined && alwaysKept.includes(handler);
  if (!isKept) return;
  const now = naiveTime();
  await documents.put(collections.operationRuns, run.runId, {
    run_id: run.runId,
    operation: run.operation,
    job_id: run.jobId ?? null,
    tier: run.tier ?? null,
    success: result.success,
    cost_usd: result.cost_usd,
    duration_ms: result.duration_ms,
    input_tokens: result.input_tokens,
    output_tokens: result.output_tokens,
    model_used: result.model_used,
    error: result.error,
    timestamp: now,
    created_at: now,
  });
}
