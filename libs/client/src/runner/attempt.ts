import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobStopped, type StopReason } from "./stop-reason.js";

/** One attempt that this runner was given, until nothing of it is left to do here. */
export interface Attempt {
  /** Job and attempt number as one text. */
  readonly key: string;
  readonly ref: AttemptRef;
  readonly lease: Lease;
  /** Aborted with a `JobStopped` when the work shall end. Made when somebody asks for it: most handlers never do. */
  readonly signal: AbortSignal;
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
  /** Calls back when the attempt is `over`; at once when it already is. */
  whenOver(callback: () => void): void;
}

/** Names an attempt for look-ups. */
export function attemptKey(jobId: string, attempt: number): string {
  return `${jobId}/${attempt}`;
}

/** Makes the record of a lease that came with the answer to a call, counted from before that was sent. */
export function createAttempt(lease: Lease, sentAt: number, leaseMs: number): Attempt {
  return new HeldAttempt(lease, sentAt, leaseMs);
}

const none: readonly (() => void)[] = [];

class HeldAttempt implements Attempt {
  readonly key: string;
  readonly ref: AttemptRef;
  readonly lease: Lease;
  stopped: StopReason | undefined;
  over = false;
  expiresAt: number;
  nameBy: number;
  #controller: AbortController | undefined;
  #whenOver: readonly (() => void)[] = none;

  constructor(lease: Lease, sentAt: number, leaseMs: number) {
    const { jobId, attempt } = lease;
    this.key = attemptKey(jobId, attempt);
    this.ref = { $typeName: "switchyard.common.v1.AttemptRef", jobId, by: { case: "attempt", value: attempt } };
    this.lease = lease;
    this.expiresAt = sentAt + leaseMs;
    this.nameBy = sentAt + leaseMs / 3;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.stopped !== undefined) this.#controller.abort(new JobStopped(this.stopped));
    }
    return this.#controller.signal;
  }

  renew(sentAt: number, leaseMs: number): void {
    if (sentAt + leaseMs <= this.expiresAt) return;
    this.expiresAt = sentAt + leaseMs;
    this.nameBy = sentAt + leaseMs / 3;
  }

  stop(reason: StopReason): void {
    if (this.stopped !== undefined) return;
    this.stopped = reason;
    this.#controller?.abort(new JobStopped(reason));
  }

  lose(reason: StopReason): void {
    this.stop(reason);
    if (this.over) return;
    this.over = true;
    for (const callback of this.#whenOver) callback();
    this.#whenOver = none;
  }

  whenOver(callback: () => void): void {
    if (this.over) callback();
    else this.#whenOver = [...this.#whenOver, callback];
  }
}
