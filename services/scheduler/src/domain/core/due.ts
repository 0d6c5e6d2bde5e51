import { eventOf } from "./core-event.js";
import type { CoreState, Due } from "./core-state.js";
import { dispatch } from "./dispatch.js";
import { endAttempt, endWaiting, loseAttempt } from "./end.js";
import type { LiveAttempt, OpenJob } from "./model.js";
import { tellReady } from "./readiness.js";
import { refill } from "./seats.js";
import { waitInLine, wasClaimed } from "./wait.js";
import type { Effects, Write } from "./writes.js";

/** How long to wait before looking again at something that has a write on the way, ms. */
const recheckMs = 50;

/** Handles everything that is due: lost leases and runners, execution limits, start times, tokens of rate keys. */
export function handleDue(state: CoreState, now: number): Write[] {
  const effects: Effects = { lanes: new Set(), writes: [] };
  const ready: OpenJob[] = [];
  for (let due = state.timers.take(now); due; due = state.timers.take(now)) {
    switch (due.type) {
      case "ready":
        if (becomeReady(state, now, due.job, effects)) ready.push(due.job);
        break;
      case "refill":
        for (const lane of refill(state, due.space, now, due.key)) effects.lanes.add(lane);
        break;
      default:
        effects.writes.push(...handle(state, now, due));
    }
  }
  const events = ready.map((job) => eventOf(job, "READY", now, "QUEUED", { previous: "SCHEDULED" }));
  if (ready.length > 0) effects.writes.push(tellReady(ready, events));
  if (effects.lanes.size > 0) effects.writes.push(...dispatch(now, effects.lanes));
  return effects.writes;
}

function handle(state: CoreState, now: number, due: Exclude<Due, { type: "ready" | "refill" }>): Write[] {
  switch (due.type) {
    case "lease":
      return leaseDue(state, now, due.attempt);
    case "execution":
      return executionDue(state, now, due.attempt);
    case "presence": {
      const { runner } = due;
      runner.presenceTimer = undefined;
      if (runner.presentUntil > now) {
        runner.presenceTimer = state.timers.add(runner.presentUntil, due);
        return [];
      }
      if (runner.presentUntil > 0) state.onPresence(runner, false, now);
      runner.presentUntil = 0;
      const held = [...runner.held].filter(({ holdByRunner }) => holdByRunner);
      // An attempt whose claim or end is on the way is looked at again: the runner may be gone for good.
      if (held.some(({ job }) => job.pending)) runner.presenceTimer = state.timers.add(now + recheckMs, due);
      return held.filter(isHeld).map((attempt) => loseAttempt(now, attempt, "presence"));
    }
    case "not-started": {
      const { job } = due;
      job.startTimer = undefined;
      if (wasClaimed(job) || !job.space.isOpen(job)) return [];
      if (job.pending) {
        job.startTimer = state.timers.add(now + recheckMs, due);
        return [];
      }
      const message = "No runner started the job in time.";
      return [endWaiting(now, job, { state: "TIMED_OUT", reason: "NOT_STARTED", message, actor: "" })];
    }
  }
}

function leaseDue(state: CoreState, now: number, attempt: LiveAttempt): Write[] {
  if (attempt.job.live !== attempt) return [];
  if (attempt.leaseUntil > now || attempt.job.pending) {
    const at = Math.max(attempt.leaseUntil, now + recheckMs);
    attempt.leaseTimer = state.timers.add(at, { type: "lease", attempt });
    return [];
  }
  return [loseAttempt(now, attempt, "lease")];
}

function executionDue(state: CoreState, now: number, attempt: LiveAttempt): Write[] {
  if (attempt.job.live !== attempt) return [];
  if (attempt.job.pending) {
    attempt.executionTimer = state.timers.add(now + recheckMs, { type: "execution", attempt });
    return [];
  }
  const { policy } = attempt.job.shape;
  if (policy.loseOnExecutionTimeout) return [loseAttempt(now, attempt, "execution-timeout")];
  const message = `The execution limit of ${policy.executionMs / 1_000} s passed.`;
  const final = { state: "TIMED_OUT", reason: "EXECUTION_TIMEOUT", message, actor: "" } as const;
  return [endAttempt(now, attempt, { state: "TIMED_OUT", endedBy: "execution-timeout", final })];
}

function becomeReady(state: CoreState, now: number, job: OpenJob, effects: Effects): boolean {
  if (job.phase !== "scheduled" || job.readyAt > now || !job.space.isOpen(job)) return false;
  waitInLine(state, now, job, effects);
  return true;
}

/** It is the live attempt of its job, and no write about it is on the way. */
function isHeld(attempt: LiveAttempt): boolean {
  return attempt.job.live === attempt && attempt.job.phase === "running" && !attempt.job.pending;
}
