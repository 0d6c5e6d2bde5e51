import type { FinishedRun } from "../runs/run-now.js";

type Ended = Pick<FinishedRun, "result" | "failure">;

/** Why a run did not do what it was asked for; null when it did. */
function errorOf({ result, failure }: Ended): string | null {
  if (failure !== undefined) return failure.message;
  return result?.success === true ? null : (result?.error ?? "Operation failed");
}

/** The answer about annotations that could not be made, or were not asked for yet. */
export function noAnnotations(error: string): object {
  return { success: false, created: 0, skipped: 0, annotations: [], error };
}

/** The answer about annotations that a run made. */
export function annotationsView(run: Ended): object {
  const error = errorOf(run);
  if (error !== null) return noAnnotations(error);
  const { created = 0, skipped = 0, annotations = [] } = run.result?.data ?? {};
  return { success: true, created, skipped, annotations, error };
}

/** The answer about an index of sentences that a run built anew. */
export function rebuildView(run: Ended): object {
  const error = errorOf(run);
  const { rebuilt = false, annotations_indexed = 0, duration_seconds = 0 } = run.result?.data ?? {};
  return { success: error === null, rebuilt, annotations_indexed, duration_seconds, error };
}

/** The answer about what a run learned from somebody's judgement. */
export function feedbackView(run: Ended): object {
  const error = errorOf(run);
  const { prior_updated = null, confidence_change = null } = run.result?.data ?? {};
  return { success: error === null, prior_updated, confidence_change, error };
}
