/**
 * The clock by which all processes of a run record, ms. On one machine every process reads the same monotonic clock, so that what one has recorded
 * before another began comes first. It is that clock, moved once so that it shows the time of day, which events carry.
 */
export interface RunClock {
  now(): number;
  /** What must be added to the monotonic clock; another process of the run is told it. */
  readonly offsetMs: number;
}

/** Makes the clock of a run, or, with the offset that its maker has, the same clock in another process. */
export function createRunClock(offsetMs: number = Date.now() - monotonicMs()): RunClock {
  return { offsetMs, now: () => monotonicMs() + offsetMs };
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
