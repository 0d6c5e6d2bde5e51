import { endsAttempt } from "../job-event.js";
import type { WatchedEvent } from "../observation.js";
import { chargeFailure, chargeLoss } from "./budget.js";
import type { JobLife } from "./job-life.js";

/** Events of a job that are kept for violations. */
const mostRecent = 4;

/** Makes an event part of a life. What rules complained about is taken as true, so that one fault is told once and not by all that follows. */
export function advance(life: JobLife, seen: WatchedEvent): void {
  const { event } = seen;
  switch (event.type) {
    case "SUBMITTED":
      life.opened = seen;
      break;
    case "REOPENED":
      reopen(life, seen);
      break;
    case "CLAIMED":
      life.attempts = event.attempt;
      life.live = { number: event.attempt, runner: event.runner, claimed: seen, started: false };
      break;
    case "STARTED":
      if (life.live) life.live.started = true;
      break;
    case "CANCEL_REQUESTED":
      life.cancelRequested = true;
      break;
    case "ATTEMPT_FAILED":
      chargeFailure(life);
      break;
    case "LEASE_LOST":
      chargeLoss(life);
      break;
    case "DELETED":
      life.deleted = true;
      break;
    default:
  }
  // A job that is known from the middle on runs under the attempt that is named first.
  if (life.attempts === undefined && event.attempt > 0) life.attempts = event.attempt;
  if (endsAttempt(event) || event.type === "ENDED" || event.type === "DELETED") {
    life.live = undefined;
    life.cancelRequested = false;
  } else if (event.attempt > 0 && !life.live) {
    life.live = { number: event.attempt, runner: event.runner, claimed: undefined, started: event.type === "STARTED" };
  }
  life.state = event.state;
  life.reason = event.reason;
  if (life.recent.push(seen) > mostRecent) life.recent.shift();
}

function reopen(life: JobLife, seen: WatchedEvent): void {
  life.reopened++;
  life.opened = seen;
  life.counted = 0;
  life.failures = 0;
  life.lostBeforeStart = 0;
  life.lostAfterStart = 0;
  life.chargesKnown = true;
}
