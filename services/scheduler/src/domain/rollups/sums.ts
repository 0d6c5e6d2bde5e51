/** What is added up over jobs. Times in ms, over the `timed` ones. */
export interface Sums {
  n: number;
  /** Jobs whose last attempt was started. */
  timed: number;
  durationMs: number;
  waitMs: number;
  /** Sums of metrics by name; undefined for none. */
  metrics: Map<string, number> | undefined;
}

/** Nothing yet. */
export function noSums(): Sums {
  return { n: 0, timed: 0, durationMs: 0, waitMs: 0, metrics: undefined };
}

/** Adds `sign` times other sums. */
export function addSums(to: Sums, from: Readonly<Sums>, sign: 1 | -1 = 1): void {
  to.n += sign * from.n;
  to.timed += sign * from.timed;
  to.durationMs += sign * from.durationMs;
  to.waitMs += sign * from.waitMs;
  if (!from.metrics) return;
  to.metrics ??= new Map();
  for (const [name, value] of from.metrics) to.metrics.set(name, (to.metrics.get(name) ?? 0) + sign * value);
}

/** Whether they change nothing. */
export function isNothing({ n, timed, durationMs, waitMs, metrics }: Readonly<Sums>): boolean {
  if (n !== 0 || timed !== 0 || durationMs !== 0 || waitMs !== 0) return false;
  for (const value of metrics?.values() ?? []) if (value !== 0) return false;
  return true;
}
