import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import {
  type Revocation,
  Revocation_Reason,
  RevocationSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { LeaseStatus } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";

/** What the status of a named attempt means for its runner; undefined: go on. */
export function revocationOf(status: LeaseStatus, wallMs: number): Revocation | undefined {
  const reason = reasonOf(status);
  if (reason === undefined) return undefined;
  const { jobId, attempt } = status;
  return create(RevocationSchema, { jobId, attempt, reason, time: timestampFromMs(wallMs) });
}

/** What a runner is told that names an attempt which its own report ended: the scheduler would say the same. */
export function endedRevocation({ jobId, by }: AttemptRef, wallMs: number): Revocation {
  const attempt = by.case === "attempt" ? by.value : 0;
  return create(RevocationSchema, {
    jobId,
    attempt,
    reason: Revocation_Reason.NOT_HELD,
    time: timestampFromMs(wallMs),
  });
}

function reasonOf(status: LeaseStatus): Revocation_Reason | undefined {
  if (status.reason === ErrorReason.UNSPECIFIED) {
    return status.cancelRequested ? Revocation_Reason.CANCEL_REQUESTED : undefined;
  }
  if (status.revocation !== Revocation_Reason.UNSPECIFIED) return status.revocation;
  if (status.reason === ErrorReason.NOT_HOLDER) return Revocation_Reason.NOT_HELD;
  if (status.reason === ErrorReason.JOB_NOT_FOUND) return Revocation_Reason.DELETED;
  return Revocation_Reason.LEASE_LOST;
}
