import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { HoldMode } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import type { Span } from "@opentelemetry/api";
import type { UnsentReports } from "./report/unsent-reports.js";
import { JobStopped, type StopReason } from "./stop-reason.js";

/** Is told that an attempt is over. */
export interface AttemptListener {
  attemptOver(): void;
}

/**
 * One attempt that this runner was given, until nothing of it is left to do here. It holds no more of its lease than what keeping
 * and reporting it need: there are as many as slots, and most of them wait for the acknowledgement of their outcome.
 */
export interface Attempt {
  /** Job and attempt number as one text. */
  readonly key: string;
  readonly jobId: string;
  /** Number of the attempt, from 1. */
  readonly number: number;
  /** It lives as long as the runner is present, whether it is named or not. */
  readonly isHeldByPresence: boolean;
  /** How long it may take to stop. */
  readonly stopGrace: Lease["stopGrace"];
  /** Names it on the wire; made anew each time. */
  readonly ref: AttemptRef;
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
  /** The span of its work, once that has begun; undefined when its job is in no trace that is kept. */
  span: Span | undefined;
  /** The lease watch has it in sight: its work has begun. */
  isWatched: boolean;
  /** Its handler has ended; what is left is to report it. */
  workEnded: boolean;
  /** What is still to be reported of it. The report queue's own: a field is found faster than an entry of a map. */
  unsent: UnsentReports | undefined;
  /** Ids of the files that were stored for it, by their names; undefined when there are none. */
  artifacts: Map<string, string> | undefined;
  /** A call that was sent then renewed the lease for so many milliseconds at least. */
  renew(sentAt: number, leaseMs: number): void;
  /** Asks the work to end; its outcome is still reported. */
  stop(reason: StopReason): void;
  /** Asks the work to end and reports nothing of it. */
  lose(reason: StopReason): void;
  /** Names the one who is told when the attempt is `over`: whoever works on it. Told at once when it already is. */
  whenOver(listener: AttemptListener): void;
}

/** Names an attempt for look-ups. Most are the first of their job, whose id then does without a copy. */
export function attemptKey(jobId: string, attempt: number): string {
  return attempt === 1 && !jobId.includes("/") ? jobId : `${jobId}/${attempt}`;
}

/** Makes the record of a lease that came with the answer to a call, counted from before that was sent. */
export function createAttempt(lease: Lease, sentAt: number, leaseMs: number): Attempt {
  return new HeldAttempt(lease, sentAt, leaseMs);
}

class HeldAttempt implements Attempt {
  readonly key: string;
  readonly jobId: string;
  readonly number: number;
  readonly isHeldByPresence: boolean;
  readonly stopGrace: Lease["stopGrace"];
  stopped: StopReason | undefined = undefined;
  over = false;
  span: Span | undefined = undefined;
  isWatched = false;
  workEnded = false;
  expiresAt: number;
  nameBy: number;
  unsent: UnsentReports | undefined = undefined;
  artifacts: Map<string, string> | undefined = undefined;
  #controller: AbortController | undefined;
  #listener: AttemptListener | undefined;

  constructor(lease: Lease, sentAt: number, leaseMs: number) {
    this.key = attemptKey(lease.jobId, lease.attempt);
    this.jobId = lease.jobId;
    this.number = lease.attempt;
    this.isHeldByPresence = lease.hold === HoldMode.RUNNER;
    this.stopGrace = lease.stopGrace;
    this.expiresAt = sentAt + leaseMs;
    this.nameBy = sentAt + leaseMs / 3;
  }

  get ref(): AttemptRef {
    return {
      $typeName: "switchyard.common.v1.AttemptRef",
      jobId: this.jobId,
      by: { case: "attempt", value: this.number },
    };
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.stopped !== undefined) this.#controller.abort(new JobStopped(this.stopped));
    }
    return this.#controller.signal;
  }

  renew(sentAt: number, leaseMs: number): void {
    this.expiresAt = Math.max(this.expiresAt, sentAt + leaseMs);
    // Also when its end is later than that, since the shortest lease of a runner is said for all: what stayed due would be named again at once, in a circle.
    this.nameBy = Math.max(this.nameBy, sentAt + leaseMs / 3);
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
    this.#listener?.attemptOver();
  }

  whenOver(listener: AttemptListener): void {
    this.#listener = listener;
    if (this.over) listener.attemptOver();
  }
}
