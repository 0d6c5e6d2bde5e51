/** Where the time comes from. */
export interface Clock {
  /** Whole milliseconds since 1970; never goes back within a process, whatever the machine's wall clock does. */
  now(): number;
}

/** The process's clock: wall time at its start, then monotonic. */
export const systemClock: Clock = { now: () => Math.floor(performance.timeOrigin + performance.now()) };
