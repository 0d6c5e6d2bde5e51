import type { Clock, Timer } from "@switchyard/clock";
import type { Attempt } from "./attempt.js";

/** Finds attempts whose lease has ended without a renewal. */
export interface LeaseWatch {
  /** Watches an attempt for as long as it is among those that this runner has. */
  add(attempt: Attempt): void;
  /** Ends all watching. */
  stop(): void;
}

/** The longest time that a timer of Node takes, in milliseconds. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Makes the local watchdog: a runner that gets no answer is cut off, and must stop its work before somebody else is given
 * it. It runs on the monotonic clock and counts each renewal from before the call was sent, so it is never later than the
 * scheduler. One timer serves all: it is set to the earliest end and looks again when it fires, so that renewals and ends cost
 * nothing.
 *
 * @param attempts those that this runner has; may change while they are gone over
 * @param catchUp called before a look: takes in renewals that were made while this thread stood still
 */
export function createLeaseWatch(
  clock: Clock,
  attempts: Iterable<Attempt>,
  onExpired: (attempt: Attempt) => void,
  catchUp: () => void = () => undefined,
): LeaseWatch {
  let timer: Timer | undefined;
  let dueAt = Number.POSITIVE_INFINITY;

  const arm = (at: number) => {
    if (at >= dueAt) return;
    clock.clearTimeout(timer);
    dueAt = at;
    // A timer may fire a fraction of a millisecond early.
    timer = clock.setTimeout(look, Math.min(longestTimerMs, Math.max(0, Math.ceil(at - clock.monotonicMs()))));
  };
  const look = () => {
    dueAt = Number.POSITIVE_INFINITY;
    catchUp();
    let earliest = Number.POSITIVE_INFINITY;
    for (const attempt of attempts) {
      if (!attempt.isWatched) continue;
      if (attempt.expiresAt > clock.monotonicMs()) earliest = Math.min(earliest, attempt.expiresAt);
      else {
        attempt.isWatched = false;
        onExpired(attempt);
      }
    }
    if (earliest !== Number.POSITIVE_INFINITY) arm(earliest);
  };
  return {
    add(attempt) {
      attempt.isWatched = true;
      arm(attempt.expiresAt);
    },
    stop() {
      clock.clearTimeout(timer);
      dueAt = Number.POSITIVE_INFINITY;
    },
  };
}
