import { backoffMs, type Charge, charge, mayGoOn } from "./budget.js";
import { type EndFacts, outcomeSums } from "./end-facts.js";
import { eventOf, openState } from "./core-event.js";
import type { EndedAttemptState, LiveAttempt, OpenJob, Outcome } from "./model.js";
import { readyEvents, releasedChildren } from "./release.js";
import { type CoreEvent, type EndRecord, endWrite, type ReleaseRecord, type ReportWrite } from "./writes.js";

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
    readonly rank?: number;
  },
): ReportWrite {
  const { job } = attempt;
  const { state, outcome, endedBy = "", final, readyAt = 0, rank = job.rank } = how;
  return ending(job, { job, attempt, attemptState: state, outcome, endedBy, final, readyAt, rank, at: now });
}

/** Ends a job that waits. */
export function endWaiting(now: number, job: OpenJob, final: Final): ReportWrite {
  const previous = openState(job);
  job.space.dequeue(job);
  const { rank } = job;
  const none = { attempt: undefined, attemptState: undefined, outcome: undefined };
  return ending(job, { job, ...none, endedBy: "", final, readyAt: 0, rank, at: now }, previous);
}

function ending(job: OpenJob, record: EndRecord, previous?: ReturnType<typeof openState>): ReportWrite {
  const { final, at } = record;
  const event =
    record.attempt || !final
      ? endEvent(record)
      : eventOf(job, "ENDED", at, final.state, { previous: previous ?? "", ...final, facts: endFacts(record) });
  const releases = final && job.space.children.size > 0 ? releasedChildren(at, job, final.state) : noReleases;
  const events = releases.length > 0 ? [event, ...readyEvents(at, releases)] : [event];
  const write = endWrite(record, releases, events);
  for (const { job: child } of releases) child.pending = write;
  job.phase = "ending";
  job.pending = write;
  return write;
}

const noReleases: readonly ReleaseRecord[] = [];

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

/** What sums need of the end of a job; its subject is filled in by whoever knows it. */
function endFacts({ job, attempt, outcome, at }: EndRecord): EndFacts {
  const { code, metrics } = outcomeSums(outcome?.facts ?? "");
  return {
    bucket: job.bucket,
    subject: undefined,
    createdAt: Math.floor(job.createdMicros / 1_000),
    claimedAt: Math.floor(attempt?.claimedAt ?? 0),
    startedAt: Math.floor(attempt?.startedAt ?? 0),
    endedAt: Math.floor(at),
    runnerId: attempt?.runner.id ?? "",
    code,
    metrics,
  };
}

function endEvent(record: EndRecord): CoreEvent {
  const { job, attempt, attemptState, outcome, final, readyAt, at, endedBy } = record;
  const previous = "RUNNING";
  const number = attempt?.number ?? 0;
  const runnerId = attempt?.runner.id ?? "";
  // Without a spread, since every job has one of these.
  if (final) {
    const { reason, message, actor, state } = final;
    const facts = endFacts(record);
    return eventOf(job, "ENDED", at, state, { previous, attempt: number, runnerId, reason, message, actor, facts });
  }
  const type = attemptState === "FAILED" ? "ATTEMPT_FAILED" : attemptState === "RELEASED" ? "RELEASED" : "LEASE_LOST";
  return eventOf(job, type, at, readyAt > 0 ? "SCHEDULED" : "QUEUED", {
    previous,
    attempt: number,
    runnerId,
    message: outcome?.message || endedBy,
  });
}
