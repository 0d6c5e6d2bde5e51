import { waitInLine } from "./admit.js";
import { backoffMs, type Charge, charge, mayGoOn } from "./budget.js";
import { eventOf, openState } from "./core-event.js";
import type { CoreState } from "./core-state.js";
import { dispatch } from "./dispatch.js";
import type { EndedAttemptState, LiveAttempt, OpenJob, Outcome, RevocationReason, Revoked } from "./model.js";
import type { CoreEvent, EndRecord, ReportWrite, Write } from "./writes.js";

/** How long a runner is reminded of what was taken from it. */
const revokedMemoryMs = 10 * 60_000;

type Final = NonNullable<EndRecord["final"]>;

/** Ends a held attempt, and with it the job if `final` says so; else the job waits for its next attempt from `readyAt` on. */
export function endAttempt(
  now: number,
  attempt: LiveAttempt,
  how: {
    readonly state: EndedAttemptState;
    readonly outcome?: Outcome;
    readonly endedBy?: string;
    readonly final?: Final | undefined;
    readonly readyAt?: number;
  },
): ReportWrite {
  const { job } = attempt;
  const { state, outcome, endedBy = "", final, readyAt = 0 } = how;
  const record: EndRecord = { job, attempt, attemptState: state, outcome, endedBy, final, readyAt, at: now };
  const write: ReportWrite = {
    lane: "report",
    ends: [record],
    starts: [],
    cancelRequests: [],
    events: [endEvent(record)],
  };
  job.phase = "ending";
  job.pending = write;
  return write;
}

/** Ends a job that waits. */
export function endWaiting(now: number, job: OpenJob, final: Final): ReportWrite {
  const previous = openState(job);
  job.space.dequeue(job);
  const record: EndRecord = {
    job,
    attempt: undefined,
    attemptState: undefined,
    outcome: undefined,
    endedBy: "",
    final,
    readyAt: 0,
    at: now,
  };
  const events = [eventOf(job, "ENDED", now, final.state, { previous, ...final })];
  const write: ReportWrite = { lane: "report", ends: [record], starts: [], cancelRequests: [], events };
  job.phase = "ending";
  job.pending = write;
  return write;
}

/** Ends an attempt whose lease, presence or execution time has passed, by the job's policy. */
export function loseAttempt(
  now: number,
  attempt: LiveAttempt,
  endedBy: "lease" | "presence" | "execution-timeout",
): ReportWrite {
  const { job, cancelRequested, startedAt } = attempt;
  const { policy } = job.shape;
  if (cancelRequested) {
    const { actor, message } = cancelRequested;
    return endAttempt(now, attempt, {
      state: "CANCELLED",
      endedBy,
      final: { state: "CANCELLED", reason: "CANCELLED", message, actor },
    });
  }
  charge(attempt, "lost");
  const failsByPolicy = startedAt > 0 ? policy.failWhenLostAfterStart : policy.failWhenLostBeforeStart;
  if (!failsByPolicy && mayGoOn(job)) {
    return endAttempt(now, attempt, { state: "LOST", endedBy, readyAt: readyAfterDelay(now, backoffMs(job)) });
  }
  const message = policy.lostMessage || lostMessages[endedBy];
  return endAttempt(now, attempt, {
    state: "LOST",
    endedBy,
    final: { state: "FAILED", reason: "LEASE_LOST", message, actor: "" },
  });
}

const lostMessages = {
  lease: "The runner's lease ended and no other attempt is allowed.",
  presence: "The runner was lost and no other attempt is allowed.",
  "execution-timeout": "timeout: the execution limit passed and no other attempt is allowed.",
} as const;

/** Ends an attempt that failed, by its runner's word: another one follows if the failure allows and the budget lasts. */
export function failAttempt(now: number, attempt: LiveAttempt, outcome: Outcome, how: Charge = "failure"): ReportWrite {
  const { job } = attempt;
  charge(attempt, how);
  if (outcome.retryable && mayGoOn(job)) {
    const readyAt = readyAfterDelay(now, outcome.retryDelayMs ?? backoffMs(job));
    return endAttempt(now, attempt, { state: "FAILED", outcome, readyAt });
  }
  const final: Final = { state: "FAILED", reason: "REPORTED", message: outcome.message, actor: "" };
  return endAttempt(now, attempt, { state: "FAILED", outcome, final });
}

/** 0 stands for "at once". */
function readyAfterDelay(now: number, delayMs: number): number {
  return delayMs > 0 ? now + delayMs : 0;
}

/** An end is durable: seats and slots are free, the job is gone or waits again. */
export function ended(state: CoreState, now: number, write: ReportWrite): Write[] {
  const ready: OpenJob[] = [];
  for (const record of write.ends) {
    const { job, attempt } = record;
    job.pending = undefined;
    if (attempt) letGo(state, now, attempt, record);
    if (record.final) {
      state.timers.cancel(job.readyTimer);
      state.timers.cancel(job.startTimer);
      job.space.jobs.delete(job.serial);
      continue;
    }
    job.readyAt = record.readyAt;
    waitInLine(state, now, job);
    if (job.phase === "queued") ready.push(job);
  }
  return dispatch(now, ready);
}

function letGo(state: CoreState, now: number, attempt: LiveAttempt, record: EndRecord): void {
  const { job, runner, number } = attempt;
  runner.held.delete(attempt);
  state.timers.cancel(attempt.leaseTimer);
  state.timers.cancel(attempt.executionTimer);
  job.live = undefined;
  if (record.outcome) return; // The runner ended it itself and needs no telling.
  const { space, serial, reopen } = job;
  const reason = revocationReasons[record.attemptState as EndedAttemptState];
  const revoked: Revoked = { space, runnerId: runner.id, serial, reopen, attempt: number, reason, at: now };
  runner.revoked = [...runner.revoked.filter(({ at }) => at > now - revokedMemoryMs), revoked];
  attempt.notify?.(revoked);
}

const revocationReasons: Record<EndedAttemptState, RevocationReason> = {
  SUCCEEDED: "NOT_HELD",
  FAILED: "NOT_HELD",
  LOST: "LEASE_LOST",
  RELEASED: "RELEASED",
  CANCELLED: "CANCELLED",
  TIMED_OUT: "TIMED_OUT",
};

function endEvent({ job, attempt, attemptState, outcome, final, readyAt, at, endedBy }: EndRecord): CoreEvent {
  const about = { previous: "RUNNING", attempt: attempt?.number ?? 0, runnerId: attempt?.runner.id ?? "" } as const;
  if (final) return eventOf(job, "ENDED", at, final.state, { ...about, ...final });
  const type = attemptState === "FAILED" ? "ATTEMPT_FAILED" : attemptState === "RELEASED" ? "RELEASED" : "LEASE_LOST";
  return eventOf(job, type, at, readyAt > 0 ? "SCHEDULED" : "QUEUED", {
    ...about,
    message: outcome?.message || endedBy,
  });
}
