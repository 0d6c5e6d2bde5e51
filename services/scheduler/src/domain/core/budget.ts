import type { JobPolicy, LiveAttempt, OpenJob } from "./model.js";

/** How an attempt that did not succeed is charged. */
export type Charge = "failure" | "lost";

/** Charges an attempt to its job. Releases are never charged. */
export function charge(attempt: LiveAttempt, how: Charge): void {
  const { job } = attempt;
  if (how === "failure") {
    job.failures++;
    job.counted++;
  } else if (attempt.startedAt > 0) {
    job.lostAfterStart++;
    job.counted++;
  } else {
    job.lostBeforeStart++;
    if (!job.shape.policy.ignoreLostBeforeStart) job.counted++;
  }
}

/** Whether the job's budget allows another attempt. A limit of 0 is none. */
export function mayGoOn({ counted, failures, lostBeforeStart, lostAfterStart, shape: { policy } }: OpenJob): boolean {
  const within = (used: number, limit: number) => limit === 0 || used < limit;
  return (
    within(counted, policy.maxAttempts) &&
    within(failures, policy.maxFailures) &&
    within(lostBeforeStart, policy.maxLostBeforeStart) &&
    within(lostAfterStart, policy.maxLostAfterStart)
  );
}

/**
 * Delay before the next attempt, ms: uniform in [0, min(max, initial * multiplier^(counted-1))), "full jitter", which spreads the
 * retries of jobs that failed together. The draw is a hash of job and attempt, so the core stays without randomness of its own.
 */
export function backoffMs(job: OpenJob): number {
  const { backoffInitialMs, backoffMaxMs, backoffMultiplier }: JobPolicy = job.shape.policy;
  if (backoffInitialMs <= 0) return 0;
  const bound = Math.min(backoffMaxMs, backoffInitialMs * backoffMultiplier ** Math.max(0, job.counted - 1));
  return Math.floor(bound * draw(job.serial, job.attempt));
}

/** A number in [0, 1) from two integers: the finaliser of MurmurHash3 over both. */
function draw(a: number, b: number): number {
  let h = (Math.imul(a % 0x100000000, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
  return ((h ^ (h >>> 16)) >>> 0) / 0x100000000;
}
