import { claimBest } from "./claim.js";
import type { Lane, Profile } from "./lane.js";
import type { OpenJob } from "./model.js";
import type { Waiter } from "./waiter.js";
import type { ClaimWrite } from "./writes.js";

/** Lets somebody wait for work, unless there is some now. */
export function serveOrWait(now: number, waiter: Waiter): ClaimWrite | undefined {
  const write = claimBest(now, waiter);
  if (waiter.wants() > 0 && !waiter.profile.waiting.includes(waiter)) {
    waiter.waitingSince = now;
    waiter.profile.waiting.push(waiter);
  }
  return write;
}

/** Takes somebody off the lists; what it was given stays its own. */
export function stopWaiting(waiter: Waiter): void {
  const at = waiter.profile.waiting.indexOf(waiter);
  if (at >= 0) waiter.profile.waiting.splice(at, 1);
}

/** The runner that has waited longest among those who can do a lane's jobs, or undefined. */
export function waiterFor(lane: Lane): Waiter | undefined {
  let longest: Waiter | undefined;
  for (const profile of lane.profiles) {
    const waiter = firstWaiting(profile);
    if (waiter && (!longest || waiter.waitingSince < longest.waitingSince)) longest = waiter;
  }
  return longest;
}

/** Hands jobs that have just become ready to whoever waits for them. */
export function dispatch(now: number, jobs: Iterable<OpenJob>): ClaimWrite[] {
  const writes: ClaimWrite[] = [];
  for (const job of jobs) {
    if (job.phase !== "queued" || !job.lane) continue;
    const waiter = waiterFor(job.lane);
    if (!waiter) continue;
    // The waiter takes the best that there is for it, which need not be this job.
    const write = claimBest(now, waiter);
    if (write) writes.push(write);
    if (waiter.wants() <= 0) stopWaiting(waiter);
  }
  return writes;
}

function firstWaiting(profile: Profile): Waiter | undefined {
  while (profile.waiting.length > 0) {
    const waiter = profile.waiting[0] as Waiter;
    if (waiter.wants() > 0) return waiter;
    profile.waiting.shift();
  }
  return undefined;
}
