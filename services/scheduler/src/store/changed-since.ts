import type { Pool } from "@switchyard/postgres";
import { type Buckets, finalStates, type JobListFilter } from "./list-jobs.js";
import { jobConditions, type ListQuery, listQuery } from "./list-query.js";
import { sourcesOf } from "./list-sources.js";

/** What {@link changedSince} looks for. */
export interface ChangeSearch {
  /** By the start of the last attempt, or by the last change. */
  readonly by: "start" | "update";
  /** Ends before this time, ms, are not looked at; undefined: all of them are. */
  readonly sinceMs: number | undefined;
  /** Most jobs of each sort. */
  readonly most: number;
}

/** Jobs that may have the latest times. */
export interface Changed {
  readonly serials: readonly number[];
  /** Whatever else matches has no later time, ms, by a start, an end or a live attempt; undefined when it has none. */
  readonly boundMs: number | undefined;
  /** The bound comes from `sinceMs`, not from `most`. */
  readonly isBySince: boolean;
}

/** By how much the clocks of owners may differ, ms: an attempt that one owner started and the next one ended may seem to have ended before it started. */
export const clockSkewMs = 5_000;

/**
 * The jobs with the latest times, by what gives them: the end of an attempt or a job, and a live attempt. Those that are left out come behind the last ones that are not. What is found of a job may be
 * an earlier time than its last one, so its times have to be looked at again.
 */
export async function changedSince(
  pool: Pool,
  ns: number,
  buckets: Buckets,
  filter: JobListFilter,
  search: ChangeSearch,
): Promise<Changed> {
  const { by, sinceMs, most } = search;
  const query = listQuery(ns, filter);
  const { parameters } = query;
  const { states = [], started } = filter;
  const isFinal = (state: string) => finalStates.includes(state);
  const onlyLive = started !== undefined || (states.length > 0 && states.every((state) => state === "RUNNING"));
  const sources = [
    ...(onlyLive ? [] : [endsSince(query, buckets, search)]),
    ...(states.length > 0 && states.every(isFinal) ? [] : [liveAttempts(query, by)]),
  ].map((source) => `(${source} order by at desc limit ${parameters.add(most)})`);
  const { rows } = await pool.query<{ source: string; serial: number; at: number }>(
    sources.join(" union all "),
    parameters.values,
  );
  // The last one of a source of which there may be more. Of a live attempt the end before it may be later, by the clock of another owner.
  const lastOf = (source: string, marginMs: number) => {
    const times = rows.filter((row) => row.source === source).map(({ at }) => at);
    return times.length < most ? [] : [Math.min(...times) + marginMs];
  };
  const cut = [...lastOf("end", 0), ...lastOf("live", onlyLive ? clockSkewMs : 0)];
  const passed = sinceMs === undefined || onlyLive ? [] : [by === "start" ? sinceMs + clockSkewMs : sinceMs - 1];
  const bounds = [...cut, ...passed];
  return {
    serials: rows.map(({ serial }) => serial),
    boundMs: bounds.length === 0 ? undefined : Math.max(...bounds),
    isBySince: passed.length > 0 && Math.max(...bounds) === passed[0],
  };
}

function endsSince(query: ListQuery, buckets: Buckets, { by, sinceMs }: ChangeSearch): string {
  const { ns, filter, parameters } = query;
  const { states = [], runner } = filter;
  const { waiting, live, ended, all } = sourcesOf(filter);
  const inBuckets = `bucket = any(${parameters.add(buckets)}::int[])`;
  const conditions = [`s.ns = ${parameters.add(ns)}`, `s.${inBuckets}`];
  if (sinceMs !== undefined) conditions.push(`s.ended_ms >= ${parameters.add(sinceMs)}`);
  if (by === "start")
    conditions.push(`s.started_ms > ${parameters.add(sinceMs === undefined ? 0 : sinceMs + clockSkewMs)}`);
  if (runner !== undefined) conditions.push(`s.runner = ${parameters.add(runner)}`);
  // The last change of a job that has ended is its end; its last start may be in another row.
  if (by === "update" && !(all || waiting || live))
    conditions.push(`s.final and s.job_state = any(${parameters.add(states)}::scheduler.final_state[])`);
  const ofJob = jobConditions(query, "j");
  const lookedAt = [
    ...(all || ended
      ? []
      : ["exists (select from scheduler.open p where p.ns = s.ns and p.serial = s.serial offset 0)"]),
    ...(ofJob.length === 0
      ? []
      : [
          `exists (select from scheduler.jobs j where j.ns = s.ns and j.${inBuckets} and j.bucket = s.bucket and j.serial = s.serial
             and ${ofJob.join(" and ")} offset 0)`,
        ]),
  ];
  // In order first, as in the order by ends: only as many rows as are needed are looked at more closely.
  const inOrder = `select s.ns, s.bucket, s.serial, ${by === "start" ? "s.started_ms" : "s.ended_ms"} as at
    from scheduler.outcomes s where ${conditions.join(" and ")} order by at desc`;
  return `select 'end' as source, serial, at from (${inOrder}) s ${lookedAt.length === 0 ? "" : `where ${lookedAt.join(" and ")}`}`;
}

function liveAttempts({ ns, parameters }: ListQuery, by: ChangeSearch["by"]): string {
  const at =
    by === "start"
      ? "l.started_ms"
      : "greatest(l.claimed_ms, l.started_ms, (nullif(p.data, '')::jsonb ->> 'at')::bigint)";
  return `select 'live' as source, l.serial, ${at} as at from scheduler.leases l
    left join scheduler.progress p on p.ns = l.ns and p.serial = l.serial and p.attempt = l.attempt
    where l.ns = ${parameters.add(ns)} and ${at} is not null`;
}
