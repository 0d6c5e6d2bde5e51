import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import type { AttemptName } from "../domain/core/report.js";
import { checkName, invalid } from "./fields.js";

/** Which attempt a reference means. */
export function attemptName(ref: AttemptRef | undefined): { readonly jobId: string; readonly name: AttemptName } {
  if (!ref) throw invalid("attempt", "is missing");
  const { jobId, by } = ref;
  if (by.case === "attempt") return { jobId, name: { attempt: by.value } };
  if (by.case === "holder") return { jobId, name: { holder: checkName("attempt.holder", by.value, 1, 255) } };
  throw invalid("attempt", "name it by its number or its holder");
}
