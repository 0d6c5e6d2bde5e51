import type { SubmitWrite } from "../domain/core/writes.js";
import type { Part } from "./fenced-statement.js";

/** How far the schedules are that made the jobs of a flush. A schedule has at most one write on the way, so it is named at most once. */
export function tickPart(writes: readonly SubmitWrite[]): Part[] {
  const ticks = writes.flatMap((write) => write.ticks ?? []);
  if (ticks.length === 0) return [];
  const rows = ticks.map(({ space, name, fromMs, tickMs, serial }) => ({
    ns: space.id,
    name,
    from_ms: fromMs,
    tick_ms: tickMs,
    serial,
  }));
  return [
    {
      name: "sc",
      // The condition is asked first, so nothing is touched before the fence is passed.
      sql: ([t]) => `select case when (select ok from f) then scheduler.advance_schedules(${t}::jsonb) end as ok`,
      values: [JSON.stringify(rows)],
      isQuery: true,
    },
  ];
}
