import { eventOf } from "./core-event.js";
import type { CoreState, Due } from "./core-state.js";
import { dispatch } from "./dispatch.js";
import { endAttempt, endWaiting, loseAttempt } from "./end.js";
import type { LiveAttempt, OpenJob } from "./model.js";
import type { ReportWrite, Write } from "./writes.js";

/** How long to wait before looking again at something that has a write on the way, ms. */
const recheckMs = 50;

/** Handles everything that is due: lost leases and runners, execution limits, start times. */
export function handleDue(state: CoreState, now: number): Write[] {
  const writes: Write[] = [];
  const ready: OpenJob[] = [];
  for (let due = state.timers.take(now); due; due = state.timers.take(now)) {
    if (due.type === "ready") becomeReady(now, due.job, ready);
    else writes.push(...handle(state, now, due));
  }
  if (ready.length > 0) writes.push(readyWrite(now, ready), ...dispatch(now, ready));
  return writes;
}

function handle(state: CoreState, now: number, due: Exclude<Due, { type: "ready" }>): Write[] {
  switch (due.type) {
    case "lease":
      return leaseDue(state, now, due.attempt);
    case "execution":
      return executionDue(now, due.attempt);
    case "presence": {
      const { runner } = due;
      runner.presenceTimer = undefined;
      if (runner.presentUntil > now) {
        runner.presenceTimer = state.timers.add(runner.presentUntil, due);
        return [];
      }
      runner.presentUntil = 0;
      const held = [...runner.held].filter(({ holdByRunner }) => holdByRunner);
      // An attempt whose claim or end is on the way is looked at again: the runner may be gone for good.
      if (held.some(({ job }) => job.pending)) runner.presenceTimer = state.timers.add(now + recheckMs, due);
      return held.filter(isHeld).map((attempt) => loseAttempt(now, attempt, "presence"));
    }
    case "not-started": {
      const { job } = due;
      if (job.attempt > 0 || !isWaiting(job)) return [];
      const message = "No runner started the job in time.";
      return [endWaiting(now, job, { state: "TIMED_OUT", reason: "NOT_STARTED", message, actor: "" })];
    }
  }
}

function leaseDue(state: CoreState, now: number, attempt: LiveAttempt): Write[] {
  if (!isHeld(attempt)) return [];
  if (attempt.leaseUntil > now) {
    attempt.leaseTimer = state.timers.add(attempt.leaseUntil, { type: "lease", attempt });
    return [];
  }
  return [loseAttempt(now, attempt, "lease")];
}

function executionDue(now: number, attempt: LiveAttempt): Write[] {
  if (!isHeld(attempt)) return [];
  const { policy } = attempt.job.shape;
  if (policy.loseOnExecutionTimeout) return [loseAttempt(now, attempt, "execution-timeout")];
  const message = `The execution limit of ${policy.executionMs / 1_000} s passed.`;
  const final = { state: "TIMED_OUT", reason: "EXECUTION_TIMEOUT", message, actor: "" } as const;
  return [endAttempt(now, attempt, { state: "TIMED_OUT", endedBy: "execution-timeout", final })];
}

function becomeReady(now: number, job: OpenJob, ready: OpenJob[]): void {
  if (job.phase !== "scheduled" || job.readyAt > now) return;
  job.readyAt = 0;
  job.phase = "queued";
  job.space.enqueue(job);
  ready.push(job);
}

function readyWrite(now: number, jobs: readonly OpenJob[]): ReportWrite {
  const events = jobs.map((job) => eventOf(job, "READY", now, "QUEUED", { previous: "SCHEDULED" }));
  return { lane: "report", ends: [], starts: [], cancelRequests: [], events };
}

/** It is the live attempt of its job, and no write about it is on the way. */
function isHeld(attempt: LiveAttempt): boolean {
  return attempt.job.live === attempt && attempt.job.phase === "running";
}

function isWaiting(job: OpenJob): boolean {
  return job.space.jobs.get(job.serial) === job && (job.phase === "queued" || job.phase === "scheduled");
}
