import { type Clock, sleep, systemClock } from "@switchyard/clock";

/** How long to wait between repeats of a call. */
export interface BackoffOptions {
  /** Upper bound of the first wait, in milliseconds. Default 50. */
  readonly initialMs?: number;
  /** Upper bound that the waits grow to, in milliseconds. Default 5,000. */
  readonly maxMs?: number;
  /** A number from 0 to below 1; for tests. Default `Math.random`. */
  readonly random?: () => number;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** Counts failures and waits ever longer after each. */
export interface Backoff {
  /** The next wait, in milliseconds: uniform between 0 and a bound that doubles with each call. */
  nextMs(): number;
  /** Waits for `nextMs`, but at least `atLeastMs`; rejects with the signal's reason when that aborts. */
  wait(signal?: AbortSignal, atLeastMs?: number): Promise<void>;
  /** Begins anew after a success. */
  reset(): void;
}

/**
 * Makes an exponential back-off with full jitter: clients that failed together don't come back together
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function createBackoff(options: BackoffOptions = {}): Backoff {
  const { initialMs = 50, maxMs = 5_000, random = Math.random, clock = systemClock } = options;
  let failures = 0;
  const nextMs = () => {
    const bound = Math.min(maxMs, initialMs * 2 ** Math.min(failures, 30));
    failures++;
    return random() * bound;
  };
  return {
    nextMs,
    async wait(signal, atLeastMs = 0) {
      signal?.throwIfAborted();
      await sleep(clock, Math.max(nextMs(), atLeastMs), signal);
    },
    reset() {
      failures = 0;
    },
  };
}
