import type { Migration } from "@switchyard/postgres";

/** Schedules: few rows, each changed at its ticks. */
export const schedules: Migration = {
  name: "0002-schedules",
  compatible: true,
  up: `
    create table schedules (
      ns            int not null,
      name          text not null,
      cron          text not null,
      time_zone     text not null,
      catch_up      text not null,
      paused        boolean not null,
      spec          bytea not null,   -- a JobSpec, as it was given
      done_until_ms bigint not null,  -- ticks up to here have been dealt with
      last_tick_ms  bigint not null,  -- the last tick that made a job, and the job; 0 for none
      last_serial   bigint not null,
      primary key (ns, name)
    ) with (fillfactor = 70);
    alter table schedules alter column spec set storage external;

    -- Called by the statement that stores the jobs of ticks: their schedules go on with the jobs or not at all. It compares before it sets, so a
    -- tick that was dealt with before refuses the whole statement, whoever believes that it is due.
    create function advance_schedules(ticks jsonb) returns boolean
    language plpgsql volatile as $$
    declare
      advanced int;
    begin
      update scheduler.schedules s
      set done_until_ms = t.tick_ms, last_tick_ms = t.tick_ms, last_serial = t.serial
      from jsonb_to_recordset(ticks) t(ns int, name text, from_ms bigint, tick_ms bigint, serial bigint)
      where s.ns = t.ns and s.name = t.name and s.done_until_ms = t.from_ms and t.tick_ms > t.from_ms;
      get diagnostics advanced = row_count;
      if advanced <> jsonb_array_length(ticks) then
        raise exception 'a tick was dealt with before, or its schedule is not there' using errcode = 'SW002';
      end if;
      return true;
    end $$;
  `,
};
