import { claimBest } from "./claim.js";
import type { Lane } from "./lane.js";
import type { Profile } from "./profile.js";
import type { Waiter } from "./waiter.js";
import type { ClaimWrite } from "./writes.js";

/** Lets somebody wait for work, unless there is enough now. */
export function serveOrWait(now: number, waiter: Waiter): ClaimWrite | undefined {
  const write = claimBest(now, waiter);
  if (waiter.wants() > 0 && !waiter.profile.waiting.has(waiter)) {
    waiter.waitingSince = now;
    waiter.profile.waiting.add(waiter);
  }
  return write;
}

/** Takes somebody off the lists; what it was given stays its own. */
export function stopWaiting(waiter: Waiter): void {
  waiter.profile.waiting.delete(waiter);
}

/** The runner that has waited longest among those who can do a lane's jobs, or undefined. */
export function waiterFor(lane: Lane): Waiter | undefined {
  let longest: Waiter | undefined;
  for (const { line } of lane.entries) {
    const waiter = firstWaiting(line.profile);
    if (waiter && (!longest || waiter.waitingSince < longest.waitingSince)) longest = waiter;
  }
  return longest;
}

/** Hands the jobs of lanes in which something may start to whoever waits for them. */
export function dispatch(now: number, lanes: Iterable<Lane>): ClaimWrite[] {
  const writes: ClaimWrite[] = [];
  for (const lane of lanes) {
    while (lane.head && !lane.site.queue.settings.paused) {
      const waiter = waiterFor(lane);
      if (!waiter) break;
      // The waiter takes the best that there is for it, which need not be of this lane.
      const write = claimBest(now, waiter);
      if (waiter.wants() <= 0) stopWaiting(waiter);
      if (!write) break;
      writes.push(write);
    }
  }
  return writes;
}

function firstWaiting({ waiting }: Profile): Waiter | undefined {
  for (const waiter of waiting) {
    if (waiter.wants() > 0) return waiter;
    waiting.delete(waiter);
  }
  return undefined;
}
