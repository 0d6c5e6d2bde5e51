import type { SubmitWrite } from "../domain/core/writes.js";

/**
 * The fence of a statement that stores jobs, with the schedules that made them in a parameter behind it (see {@link ticksValue}). CASE, since only that is
 * evaluated in order: nothing is touched before the fence is passed. Without ticks it costs nothing.
 */
export function fenceWithTicks(parameter: string): string {
  return `case when scheduler.fence($1, $2)
    then case when ${parameter}::jsonb is null then true else scheduler.advance_schedules(${parameter}::jsonb) end end`;
}

/** The ticks of a flush as JSON text; null for none. A schedule has at most one write on the way, so it is named at most once. */
export function ticksValue(writes: readonly SubmitWrite[]): string | null {
  const ticks = writes.flatMap((write) => write.ticks ?? []);
  if (ticks.length === 0) return null;
  return JSON.stringify(
    ticks.map(({ space, name, fromMs, tickMs, serial }) => ({
      ns: space.id,
      name,
      from_ms: fromMs,
      tick_ms: tickMs,
      serial,
    })),
  );
}
