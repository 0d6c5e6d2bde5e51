import type { Pool } from "@switchyard/postgres";
import type { Dimension } from "../domain/rollups/cubes.js";
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
  queue: "s.queue",
  kind: "j.kind",
  subject: "j.subject",
  runner: "o.runner",
  state: "o.job_state::text",
  code: "coalesce(nullif(o.facts, '')::jsonb -> 'labels' ->> 'code', '')",
  hour: hourText(`o.ended_ms / ${hourMs}`),
};

/**
 * Sums by group over the rows of jobs that have ended: for what the roll-ups do not keep together. Costs as much as the jobs that match: an index leads
 * to those of a runner, a subject or a kind, and to the time of the end.
 */
export async function aggregateRows(
  pool: Pool,
  ns: number,
  buckets: readonly number[],
  groups: readonly Dimension[],
  filter: AggregateFilter,
  page: GroupPage,
): Promise<GroupRow[]> {
  const parameters = new Parameters();
  const add = (value: unknown) => parameters.add(value);
  const key = keyOf(groups.map((group) => expressions[group]));
  const named = `any(${add(buckets)}::int[])`;
  const conditions = [`o.ns = ${add(ns)}`, `o.bucket = ${named}`, `j.bucket = ${named}`, "o.final"];
  conditions.push(...propertyConditions(filter, expressions, parameters));
  const { subject = "", runner = "", endedFromMs, endedBeforeMs } = filter;
  // These lead to the indexes, which leave out the jobs without.
  if (subject !== "") conditions.push("j.subject <> ''");
  if (runner !== "") conditions.push("o.runner <> ''");
  if (endedFromMs !== undefined) conditions.push(`o.ended_ms >= ${add(Math.ceil(endedFromMs))}`);
  if (endedBeforeMs !== undefined) conditions.push(`o.ended_ms < ${add(Math.ceil(endedBeforeMs))}`);
  if (page.after) conditions.push(`${key} > ${add(page.after)}::text[] collate "C"`);
  const { rows } = await pool.query<GroupRow>(
    `with r as materialized (
       select ${key} as key, o.started_ms, o.claimed_ms, o.ended_ms, j.created_micros / 1000 as created_ms,
         nullif(o.facts, '')::jsonb -> 'metrics' as metrics
       from scheduler.outcomes o
       join scheduler.jobs j on j.ns = o.ns and j.bucket = o.bucket and j.serial = o.serial
       join scheduler.shapes s on s.ns = j.ns and s.shape = j.shape
       where ${conditions.join(" and ")}
         and not exists (select from scheduler.open p where p.ns = o.ns and p.serial = o.serial)
         and not exists (select from scheduler.outcomes l where l.ns = o.ns and l.bucket = o.bucket and l.bucket = ${named}
           and l.serial = o.serial and l.reopen > o.reopen and l.final)),
     g as (
       select key, count(*)::bigint as n, count(*) filter (where started_ms > 0)::bigint as timed,
         coalesce(sum(ended_ms - started_ms) filter (where started_ms > 0), 0)::float8 as duration,
         coalesce(sum(claimed_ms - created_ms) filter (where started_ms > 0), 0)::float8 as wait
       from r group by key order by key collate "C" limit ${add(page.limit)}),
     m as (
       select key, jsonb_object_agg(name, amount) as metrics from (
         select r.key, e.key as name, sum(e.value::float8) as amount
         from r cross join lateral jsonb_each_text(r.metrics) e group by 1, 2) each group by key)
     select g.key, g.n, g.timed, g.duration as "durationMs", g.wait as "waitMs", coalesce(m.metrics, '{}') as metrics
     from g left join m on m.key = g.key order by g.key collate "C"`,
    parameters.values,
  );
  return rows;
}
