import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { attemptKey } from "../attempt-key.js";

/** How long a replica may keep a lease that was granted to it before it hands it out or gives it back, in milliseconds. */
export interface KeepingTimes {
  /** Wait for the runner's next call. */
  readonly pendingMs: number;
  /** Wait before that for the seal of earlier attempts' logs. */
  readonly sealBeforeMs: number;
}

/**
 * Leases that a runner should hold, did not name, and that are not here: mostly on their way to it from another replica, which may
 * still give them back. Handing one out here meanwhile would let the runner begin what is given back a moment later, and then run
 * anew. So they are left alone for as long as another replica may keep them, twice over; what is missing then is lost.
 */
export class Strays {
  readonly #times: KeepingTimes;
  /** When each was missed first, monotonic. */
  #missedSince = new Map<string, number>();
  /** What the runner's process before had: no replica keeps that. */
  #inherited: ReadonlySet<string> = new Set();
  /** When the runner has to be asked again, monotonic; infinite while nothing is missing. */
  askAgainMs = Number.POSITIVE_INFINITY;

  constructor(times: KeepingTimes) {
    this.#times = times;
  }

  /** Takes in what is missing by a full statement of the runner. Returns what is lost, to be handed out here. */
  takeLost(missing: readonly Lease[], nowMs: number): Lease[] {
    const [before, inherited] = [this.#missedSince, this.#inherited];
    this.beginAnew([]);
    return missing.filter((lease) => {
      const key = attemptKey(lease.jobId, lease.attempt);
      if (inherited.has(key)) return true;
      const since = before.get(key) ?? nowMs;
      const lostMs = since + this.#patienceMs(lease);
      if (lostMs <= nowMs) return true;
      this.#missedSince.set(key, since);
      this.askAgainMs = Math.min(this.askAgainMs, lostMs);
      return false;
    });
  }

  /** Forgets all of them: another process of the runner speaks. @param inherited what the one before had, as it said or was told here */
  beginAnew(inherited: Iterable<string>): void {
    this.#missedSince = new Map();
    this.#inherited = new Set(inherited);
    this.askAgainMs = Number.POSITIVE_INFINITY;
  }

  #patienceMs({ attempt }: Lease): number {
    const { pendingMs, sealBeforeMs } = this.#times;
    return 2 * (pendingMs + (attempt > 1 ? sealBeforeMs : 0));
  }
}
