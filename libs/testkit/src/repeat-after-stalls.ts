/** How {@link repeatAfterStalls} repeats. */
export interface RepeatAfterStallsOptions {
  /** Default 5. */
  readonly tries?: number;
  /** The longest pause of the machine that the work can live with. Default 500 ms. */
  readonly longestMs?: number;
}

const lookMs = 50;

/**
 * Does something that goes by the clocks of several real processes, and once more if it failed while the machine stood still: a lease that ran out then shows
 * nothing. A failure without such a pause is one. The work tidies up after itself, so that it can be repeated.
 */
export async function repeatAfterStalls<T>(
  work: () => Promise<T>,
  { tries = 5, longestMs = 500 }: RepeatAfterStallsOptions = {},
): Promise<T> {
  for (let left = tries - 1; ; left--) {
    const pauses = watchPauses();
    try {
      return await work();
    } catch (error) {
      if (left <= 0 || pauses.longestMs() < longestMs) throw error;
    } finally {
      pauses.stop();
    }
  }
}

/** Watches for how long this process gets no time. */
function watchPauses(): { longestMs(): number; stop(): void } {
  let longestMs = 0;
  let seenMs = performance.now();
  const look = () => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - seenMs - lookMs);
    seenMs = nowMs;
  };
  const timer = setInterval(look, lookMs);
  return {
    longestMs() {
      look();
      return longestMs;
    },
    stop: () => clearInterval(timer),
  };
}
