import { type Clock, systemClock } from "@switchyard/clock";

/** A clock that stands still until it is moved, so that no lease ends because the machine is slow. */
export interface TestClock extends Clock {
  /** Moves on; everybody who reads the clock sees it at once. */
  advance(ms: number): void;
}

/** Creates a clock that begins now. */
export function createTestClock(): TestClock {
  let now = Date.now();
  return {
    ...systemClock,
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
}
