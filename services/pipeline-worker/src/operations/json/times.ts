/** A time as the job documents have it: UTC with microseconds and no zone (`2026-01-14T20:11:56.123000`). Default: now. */
export function naiveTime(time: Date = new Date()): string {
  return time.toISOString().replace("Z", "000");
}

/** A time as the master CV and the priors have it: UTC with microseconds and `+00:00`. Default: now. */
export function offsetTime(time: Date = new Date()): string {
  return `${naiveTime(time)}+00:00`;
}
