import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";

/** Identifies an attempt in maps. */
export function attemptKey(jobId: string, attempt: number): string {
  return `${jobId}#${attempt}`;
}

/** Identifies what a reference names: an attempt by number, or "the one that this runner holds". */
export function refKey(ref: AttemptRef): string {
  return ref.by.case === "holder" ? `${ref.jobId}@${ref.by.value}` : attemptKey(ref.jobId, ref.by.value ?? 0);
}
