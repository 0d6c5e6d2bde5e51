import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AttemptRefSchema } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";

/**
 * Identifies an attempt in maps. Nearly all are first ones, whose key is there already; ids of jobs hold no control characters, so
 * that the two forms never run together.
 */
export function attemptKey(jobId: string, attempt: number): string {
  return attempt === 1 ? jobId : `${jobId}\n${attempt}`;
}

/** Identifies what a reference names: an attempt by number, or "the one that this runner holds". */
export function refKey({ jobId = "", by }: MessageInitShape<typeof AttemptRefSchema>): string {
  return by?.case === "holder" ? `${jobId}\n@${by.value}` : attemptKey(jobId, by?.value ?? 0);
}
