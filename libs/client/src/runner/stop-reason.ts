import { Revocation_Reason } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";

/**
 * Why an attempt is to stop.
 *
 * Still this runner's, and reported when the handler has ended:
 * - `CANCEL_REQUESTED`: a client asked for it and waits for the confirmation (reported as cancelled);
 * - `TIME_LIMIT`: the execution limit has passed by this runner's clock (reported as timed out);
 * - `DRAIN`: the runner is ending and its patience is over (given back).
 *
 * No longer this runner's, and never reported: `CANCELLED`, `DELETED`, `TIMED_OUT`, `RELEASED` and `NOT_HELD` as the scheduler
 * says it; `LEASE_LOST` also when no answer renewed the lease in time.
 */
export type StopReason =
  | "CANCEL_REQUESTED"
  | "TIME_LIMIT"
  | "DRAIN"
  | "CANCELLED"
  | "DELETED"
  | "TIMED_OUT"
  | "RELEASED"
  | "NOT_HELD"
  | "LEASE_LOST";

const sentences: Readonly<Record<StopReason, string>> = {
  CANCEL_REQUESTED: "somebody asked to cancel the job",
  TIME_LIMIT: "the execution limit has passed",
  DRAIN: "the runner is ending",
  CANCELLED: "the job was cancelled",
  DELETED: "the job was deleted",
  TIMED_OUT: "the scheduler ended the attempt at its execution limit",
  RELEASED: "the attempt was taken back",
  NOT_HELD: "the attempt is not this runner's",
  LEASE_LOST: "the lease of the attempt was lost",
};

/** What a handler's signal is aborted with. */
export class JobStopped extends Error {
  override readonly name = "JobStopped";
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(sentences[reason]);
    this.reason = reason;
  }
}

const revocations: Readonly<Partial<Record<Revocation_Reason, StopReason>>> = {
  [Revocation_Reason.CANCEL_REQUESTED]: "CANCEL_REQUESTED",
  [Revocation_Reason.CANCELLED]: "CANCELLED",
  [Revocation_Reason.LEASE_LOST]: "LEASE_LOST",
  [Revocation_Reason.TIMED_OUT]: "TIMED_OUT",
  [Revocation_Reason.DELETED]: "DELETED",
  [Revocation_Reason.NOT_HELD]: "NOT_HELD",
  [Revocation_Reason.RELEASED]: "RELEASED",
};

/** The stop reason of a revocation; one that this version doesn't know means that the attempt is over. */
export function stopReasonOf(reason: Revocation_Reason): StopReason {
  return revocations[reason] ?? "NOT_HELD";
}
