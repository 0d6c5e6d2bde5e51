import type { Pool } from "@switchyard/postgres";
import type { CatchUp } from "../domain/schedules/due-ticks.js";
import type { Term } from "./term.js";

/** A schedule as it is stored. Times in ms. */
export interface ScheduleRow {
  readonly ns: number;
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly catchUp: CatchUp;
  readonly paused: boolean;
  readonly spec: Uint8Array;
  readonly doneUntil: number;
  readonly lastTick: number;
  readonly lastSerial: number;
}

/** Reads the schedules of a shard. */
export async function loadSchedules(pool: Pool, shard: number): Promise<ScheduleRow[]> {
  const { rows } = await pool.query<ScheduleRow>(
    `select s.ns, s.name, s.cron, s.time_zone as "timeZone", s.catch_up as "catchUp", s.paused, s.spec, s.done_until_ms as "doneUntil",
       s.last_tick_ms as "lastTick", s.last_serial as "lastSerial"
     from scheduler.schedules s join scheduler.namespaces n on n.id = s.ns where n.shard = $1`,
    [shard],
  );
  return rows;
}

/** Stores a schedule; one of the same name is replaced. */
export async function putSchedule(pool: Pool, term: Term, row: ScheduleRow): Promise<void> {
  await pool.query({
    name: "scheduler-put-schedule",
    text: `with f as materialized (select scheduler.fence($1, $2) as ok)
      insert into scheduler.schedules
        (ns, name, cron, time_zone, catch_up, paused, spec, done_until_ms, last_tick_ms, last_serial)
      select $3::int, $4::text, $5::text, $6::text, $7::text, $8::boolean, $9::bytea, $10::bigint, $11::bigint, $12::bigint
      where (select ok from f)
      on conflict (ns, name) do update set cron = excluded.cron, time_zone = excluded.time_zone, catch_up = excluded.catch_up,
        paused = excluded.paused, spec = excluded.spec, done_until_ms = excluded.done_until_ms,
        last_tick_ms = excluded.last_tick_ms, last_serial = excluded.last_serial`,
    values: [
      [term.shard],
      [term.epoch],
      row.ns,
      row.name,
      row.cron,
      row.timeZone,
      row.catchUp,
      row.paused,
      Buffer.from(row.spec),
      row.doneUntil,
      row.lastTick,
      row.lastSerial,
    ],
  });
}

/** Deletes a schedule. */
export async function deleteSchedule(pool: Pool, term: Term, ns: number, name: string): Promise<void> {
  await pool.query({
    name: "scheduler-delete-schedule",
    text: `with f as materialized (select scheduler.fence($1, $2) as ok)
      delete from scheduler.schedules where ns = $3 and name = $4 and (select ok from f)`,
    values: [[term.shard], [term.epoch], ns, name],
  });
}
