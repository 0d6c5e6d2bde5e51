import type { Pool } from "@switchyard/postgres";

/** What to group by, as column expressions. */
const groupExpressions = {
  queue: "s.queue",
  kind: "j.kind",
  subject: "j.subject",
  runner: "coalesce(l.runner, o.runner, '')",
  state: "case when o.job_state is not null then o.job_state when l.ns is not null then 'RUNNING' else 'QUEUED' end",
  hour: "coalesce(to_char(to_timestamp(o.ended_ms / 1000) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:00:00\"Z\"'), '')",
} as const;

/** A property to group by. */
export type GroupBy = keyof typeof groupExpressions;

/** Which jobs count. */
export interface AggregateFilter {
  readonly queue?: string;
  readonly kind?: string;
  readonly subject?: string;
  readonly runner?: string;
  readonly states?: readonly string[];
  readonly endedFromMs?: number;
}

/** Sums of one group; times in seconds, over `timed` jobs. */
export interface AggregateRow {
  readonly key: string[];
  readonly n: number;
  readonly duration: number;
  readonly wait: number;
  readonly timed: number;
}

/** Counts and sums jobs by group, groups in order of their keys. Counts rows: roll-ups will answer instead. */
export async function aggregateJobs(
  pool: Pool,
  ns: number,
  groups: readonly GroupBy[],
  filter: AggregateFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<AggregateRow[]> {
  const values: unknown[] = [ns];
  const conditions = ["j.ns = $1"];
  const add = (condition: (parameter: string) => string, value: unknown) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  add((p) => `s.queue = ${p}`, filter.queue);
  add((p) => `j.kind = ${p}`, filter.kind);
  add((p) => `j.subject = ${p}`, filter.subject);
  add((p) => `${groupExpressions.runner} = ${p}`, filter.runner);
  add((p) => `${groupExpressions.state} = any(${p}::text[])`, filter.states);
  add((p) => `o.ended_ms >= ${p}`, filter.endedFromMs);
  const key =
    groups.length > 0 ? `array[${groups.map((group) => groupExpressions[group]).join(", ")}]` : "array[]::text[]";
  const timed = "o.ended_ms is not null and o.started_ms > 0";
  const { rows } = await pool.query<AggregateRow>(
    `select ${key} as key, count(*) as n,
       coalesce(sum(o.ended_ms - o.started_ms) filter (where ${timed}), 0)::float8 / 1000 as duration,
       coalesce(sum(o.claimed_ms - j.created_micros / 1000) filter (where ${timed}), 0)::float8 / 1000 as wait,
       count(*) filter (where ${timed}) as timed
     from scheduler.jobs j
     join scheduler.shapes s on s.ns = j.ns and s.shape = j.shape
     left join scheduler.leases l on l.ns = j.ns and l.serial = j.serial
     left join lateral (
       select job_state, runner, claimed_ms, started_ms, ended_ms from scheduler.outcomes
       where ns = j.ns and bucket = j.bucket and serial = j.serial and final
      and not exists (select from scheduler.open p where p.ns = j.ns and p.serial = j.serial)
    order by reopen desc limit 1) o on true
     where ${conditions.join(" and ")}
     group by 1 order by 1 limit ${page.limit} offset ${page.offset}`,
    values,
  );
  return rows;
}
