import { create } from "@bufbuild/protobuf";
import { type AttemptRef, AttemptRefSchema } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobStopped, type StopReason } from "./stop-reason.js";

/** One attempt that this runner was given, until nothing of it is left to do here. */
export interface Attempt {
  /** Job and attempt number as one text. */
  readonly key: string;
  readonly ref: AttemptRef;
  readonly lease: Lease;
  /** Aborted with a `JobStopped` when the work shall end. */
  readonly signal: AbortSignal;
  /** Aborted when the attempt is `over`. */
  readonly gone: AbortSignal;
  /** Why it shall end, if it shall. */
  readonly stopped: StopReason | undefined;
  /** It is no longer this runner's: nothing of it may be reported, and it is not named any more. */
  readonly over: boolean;
  /** End of the lease on the monotonic clock of this process, in milliseconds. */
  readonly expiresAt: number;
  /** By when it must be named again on the same clock: a third of the lease after the call that last renewed it. */
  readonly nameBy: number;
  /** A call that was sent then renewed the lease for so many milliseconds; an earlier end changes nothing. */
  renew(sentAt: number, leaseMs: number): void;
  /** Asks the work to end; its outcome is still reported. */
  stop(reason: StopReason): void;
  /** Asks the work to end and reports nothing of it. */
  lose(reason: StopReason): void;
}

/** Names an attempt for look-ups. */
export function attemptKey(jobId: string, attempt: number): string {
  return `${jobId}/${attempt}`;
}

/** Makes the record of a lease that came with the answer to a call, counted from before that was sent. */
export function createAttempt(lease: Lease, sentAt: number, leaseMs: number): Attempt {
  const controller = new AbortController();
  const gone = new AbortController();
  let expiresAt = sentAt + leaseMs;
  let nameBy = sentAt + leaseMs / 3;
  let stopped: StopReason | undefined;
  const stop = (reason: StopReason) => {
    if (stopped !== undefined) return;
    stopped = reason;
    controller.abort(new JobStopped(reason));
  };
  return {
    key: attemptKey(lease.jobId, lease.attempt),
    ref: create(AttemptRefSchema, { jobId: lease.jobId, by: { case: "attempt", value: lease.attempt } }),
    lease,
    signal: controller.signal,
    gone: gone.signal,
    get stopped() {
      return stopped;
    },
    get over() {
      return gone.signal.aborted;
    },
    get expiresAt() {
      return expiresAt;
    },
    get nameBy() {
      return nameBy;
    },
    renew(renewedAt, renewedMs) {
      if (renewedAt + renewedMs <= expiresAt) return;
      expiresAt = renewedAt + renewedMs;
      nameBy = renewedAt + renewedMs / 3;
    },
    stop,
    lose(reason) {
      stop(reason);
      gone.abort();
    },
  };
}
