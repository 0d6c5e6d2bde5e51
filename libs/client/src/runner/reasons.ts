import { catalogue, isReason, type Reason } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";

/** The catalogue's name of an item's reason; undefined for success. A reason that this version doesn't know is `INTERNAL`. */
export function itemReason(reason: ErrorReason): Reason | undefined {
  if (reason === ErrorReason.UNSPECIFIED) return undefined;
  const name = ErrorReason[reason];
  return name !== undefined && isReason(name) ? name : "INTERNAL";
}

const lost: ReadonlySet<Reason> = new Set<Reason>([
  "LEASE_LOST",
  "NOT_HOLDER",
  "ALREADY_FINISHED",
  "JOB_NOT_FOUND",
  "ATTEMPT_NOT_FOUND",
]);

/** Whether a refusal says that the attempt is no longer this runner's. */
export function saysLost(reason: Reason): boolean {
  return lost.has(reason);
}

/** Whether the same item may be taken a moment later. */
export function mayPass(reason: Reason): boolean {
  return catalogue[reason].retryable;
}
