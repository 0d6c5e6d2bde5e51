/** Lets readers of one source sleep until there is something for them. */
export interface ReaderTurns {
  /** There is something: wakes all readers who wait, soon after the last turn if that was a moment ago. */
  wake(): void;
  /** Wakes them at once: for what ends their waiting. */
  wakeNow(): void;
  /** Settles at the next turn, when the wait is over, or when the signal fires. */
  next(waitMs: number, signal: AbortSignal): Promise<void>;
}

/**
 * Makes turns.
 *
 * @param paceMs the least time between two turns, in milliseconds; asked at each
 */
export function createReaderTurns(paceMs: () => number): ReaderTurns {
  const waiting = new Set<() => void>();
  let wokenAt = Number.NEGATIVE_INFINITY;
  let nextTurn: NodeJS.Timeout | undefined;
  const wakeNow = () => {
    clearTimeout(nextTurn);
    nextTurn = undefined;
    wokenAt = performance.now();
    const woken = [...waiting];
    waiting.clear();
    for (const settle of woken) settle();
  };
  return {
    wakeNow,
    wake() {
      const waitMs = wokenAt + paceMs() - performance.now();
      if (waitMs < 1) wakeNow();
      else nextTurn ??= setTimeout(wakeNow, waitMs);
    },
    next: (waitMs, signal) =>
      new Promise((resolve) => {
        const settle = () => {
          clearTimeout(timer);
          waiting.delete(settle);
          signal.removeEventListener("abort", settle);
          resolve();
        };
        const timer = setTimeout(settle, waitMs);
        waiting.add(settle);
        signal.addEventListener("abort", settle, { once: true });
        if (signal.aborted) settle();
      }),
  };
}
