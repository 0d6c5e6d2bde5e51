import type { Clock } from "@switchyard/clock";

/** Waits for something that never rejects, but no longer than so many milliseconds. */
export function withinMs(clock: Clock, promise: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(resolve, ms);
    void promise.then(() => {
      clock.clearTimeout(timer);
      resolve();
    });
  });
}
