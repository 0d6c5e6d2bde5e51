import type { Pool } from "@switchyard/postgres";
import type { Cube, Dimension } from "../domain/rollups/cubes.js";
import {
  type AggregateFilter,
  type GroupPage,
  type GroupRow,
  hourMs,
  hourText,
  keyOf,
  Parameters,
  propertyConditions,
} from "./aggregate-query.js";

const expressions: Record<Dimension, string> = {
  queue: "queue",
  kind: "kind",
  subject: "subject",
  runner: "runner",
  state: "state",
  code: "code",
  hour: hourText("hour"),
};

/** A question to the sums. The filter's times are whole hours. */
export interface RollupQuery {
  readonly ns: number;
  /** Where the jobs may lie. */
  readonly buckets: readonly number[];
  readonly cube: Cube;
  readonly groups: readonly Dimension[];
  readonly filter: AggregateFilter;
}

/** Groups from the sums, and the last event that is in them, of one moment. */
export async function readRollups(
  pool: Pool,
  shard: number,
  { ns, buckets, cube, groups, filter }: RollupQuery,
  page: GroupPage,
): Promise<{ readonly upTo: number; readonly groups: GroupRow[] }> {
  const parameters = new Parameters();
  const add = (value: unknown) => parameters.add(value);
  const key = keyOf(groups.map((group) => expressions[group]));
  const conditions = [`ns = ${add(ns)}`, `bucket = any(${add(buckets)}::int[])`, `cube = ${add(cube)}`];
  conditions.push(...propertyConditions(filter, expressions, parameters));
  const { endedFromMs, endedBeforeMs } = filter;
  if (endedFromMs !== undefined) conditions.push(`hour >= ${add(endedFromMs / hourMs)}::int`);
  if (endedBeforeMs !== undefined) conditions.push(`hour < ${add(endedBeforeMs / hourMs)}::int`);
  if (page.after) conditions.push(`${key} > ${add(page.after)}::text[] collate "C"`);
  const { rows } = await pool.query<{ upTo: number; key: string[] | null } & Omit<GroupRow, "key">>(
    `with c as (select coalesce((select upto from scheduler.rollup_cursors where shard = ${add(shard)}), 0) as upto),
       p as (
         select ${key} as key, metric, sum(n)::bigint as n, sum(timed)::bigint as timed, sum(duration_ms) as duration, sum(wait_ms) as wait,
           sum(amount) as amount
         from scheduler.rollups where ${conditions.join(" and ")} group by 1, 2),
       g as (
         select key, sum(n)::bigint as n, sum(timed)::bigint as timed, sum(duration) as duration, sum(wait) as wait,
           coalesce(jsonb_object_agg(metric, amount) filter (where metric <> ''), '{}') as metrics
         from p group by key order by key collate "C" limit ${add(page.limit)})
     select c.upto as "upTo", g.key, g.n, g.timed, g.duration as "durationMs", g.wait as "waitMs", g.metrics
     from c left join g on true order by g.key collate "C"`,
    parameters.values,
  );
  return { upTo: rows[0]?.upTo ?? 0, groups: rows.flatMap(({ key, ...row }) => (key ? [{ ...row, key }] : [])) };
}

/** Ended jobs of all queues of a shard, by state and bucket, and the last event that is in the sums, of one moment. */
export async function readQueueTotals(
  pool: Pool,
  shard: number,
): Promise<{
  readonly upTo: number;
  readonly totals: readonly {
    readonly ns: number;
    readonly queue: string;
    readonly bucket: number;
    readonly state: string;
    readonly n: number;
  }[];
}> {
  const { rows } = await pool.query<{
    upTo: number;
    ns: number | null;
    queue: string;
    bucket: number;
    state: string;
    n: number;
  }>(
    `with c as (select coalesce((select upto from scheduler.rollup_cursors where shard = $1), 0) as upto),
       t as (
         select r.ns, r.queue, r.bucket, r.state, sum(r.n)::bigint as n
         from scheduler.rollups r join scheduler.namespaces s on s.id = r.ns
         where s.shard = $1 and r.cube = 'kind' and r.metric = '' group by 1, 2, 3, 4)
     select c.upto as "upTo", t.* from c left join t on true`,
    [shard],
  );
  const totals = rows.flatMap(({ ns, queue, bucket, state, n }) =>
    ns === null ? [] : [{ ns, queue, bucket, state, n }],
  );
  return { upTo: rows[0]?.upTo ?? 0, totals };
}

/** Subjects of jobs by their numbers; those that are not there are left out. */
export async function readSubjects(
  pool: Pool,
  ns: number,
  buckets: readonly number[],
  serials: readonly number[],
): Promise<Map<number, string>> {
  const { rows } = await pool.query<{ serial: number; subject: string }>(
    "select serial, subject from scheduler.jobs where ns = $1 and bucket = any($2) and serial = any($3)",
    [ns, buckets, serials],
  );
  return new Map(rows.map(({ serial, subject }) => [serial, subject]));
}
