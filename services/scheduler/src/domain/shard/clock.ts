/** Where the time comes from. */
export interface Clock {
  /** Milliseconds since 1970; never goes back within a process, whatever the machine's wall clock does. */
  now(): number;
}

/** The process's clock: wall time at its start, then monotonic. */
export const systemClock: Clock = { now: () => performance.timeOrigin + performance.now() };
