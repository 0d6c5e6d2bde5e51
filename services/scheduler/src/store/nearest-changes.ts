import type { Pool } from "@switchyard/postgres";
import type { AttemptOrder } from "./list-by-attempt.js";
import { type Buckets, finalStates, type JobListFilter } from "./list-jobs.js";
import { jobConditions, type ListQuery, listQuery } from "./list-query.js";
import { sourcesOf } from "./list-sources.js";

/** The orders for which ends are looked for; a start may be long before the end of its attempt, so the first starts are found otherwise. */
export type NearestOrder = Exclude<AttemptOrder, "start-asc">;

/** What {@link nearestChanges} looks for. */
export interface ChangeSearch {
  readonly order: NearestOrder;
  /** Ends farther than this time, ms, are not looked at; undefined: all of them are. */
  readonly edgeMs: number | undefined;
  /** Most of each sort. */
  readonly most: number;
}

/** Jobs that may come first in an order by time. */
export interface NearestChanges {
  readonly serials: readonly number[];
  /** No other job that matches comes before this time, ms, by a start, an end, or a live attempt; undefined when no other has such a time. */
  readonly boundMs: number | undefined;
  /** The bound comes from `edgeMs`, not from `most`. */
  readonly isByEdge: boolean;
}

/** Ends that are looked at for each one that may be wanted, where not every one fits. */
const lookedForOne = 16;

/** Parts of a statement. */
interface EndSources {
  /** Names the ends that are looked at. */
  readonly ends: string;
  /** Those that fit, and the last one that was looked at where there may be more. */
  readonly sources: readonly string[];
}

/** By how much the clocks of owners may differ, ms: an attempt that one owner started and the next one ended may seem to have ended before it started. */
export const clockSkewMs = 5_000;

/**
 * The jobs with the latest times, or the earliest ones, by what gives them: the end of an attempt or a job, and for the latest ones a live attempt. Others come behind the last one of each sort. What
 * is found of a job may be another time than the one that it is listed by, so its times have to be looked at again.
 */
export async function nearestChanges(
  pool: Pool,
  ns: number,
  buckets: Buckets,
  filter: JobListFilter,
  search: ChangeSearch,
): Promise<NearestChanges> {
  const { order, edgeMs, most } = search;
  const rising = order === "update-asc";
  const query = listQuery(ns, filter);
  const { parameters } = query;
  const { states = [], started } = filter;
  const { all, ended } = sourcesOf(filter);
  const isFinal = (state: string) => finalStates.includes(state);
  const onlyLive = started !== undefined || (states.length > 0 && states.every((state) => state === "RUNNING"));
  // The first changes of jobs that are open are told by their creation.
  const looksAtEnds = !onlyLive && (!rising || all || ended);
  const { ends, sources } = looksAtEnds ? nearestEnds(query, buckets, search) : { ends: "", sources: [] };
  const places = [
    ...sources,
    ...(rising || (states.length > 0 && states.every(isFinal)) ? [] : [liveAttempts(query, search)]),
  ].map((source) => `(${source})`);
  if (places.length === 0) return { serials: [], boundMs: undefined, isByEdge: false };
  const { rows } = await pool.query<{ source: string; serial: number; at: number }>(
    `${ends} ${places.join(" union all ")}`,
    parameters.values,
  );
  const farthest = (times: readonly number[]) => (rising ? Math.min(...times) : Math.max(...times));
  // The last one of a source of which there may be more. Of a live attempt the end before it may be later, by the clock of another owner.
  const lastOf = (source: string, marginMs: number) => {
    const times = rows.filter((row) => row.source === source).map(({ at }) => at);
    return times.length < most ? [] : [(rising ? Math.max(...times) : Math.min(...times)) + marginMs];
  };
  const lookedUpTo = rows.filter(({ source }) => source === "last").map(({ at }) => at);
  const lastEnd = lastOf("end", 0);
  const cut = [...(lastEnd.length > 0 ? lastEnd : lookedUpTo), ...lastOf("live", onlyLive ? clockSkewMs : 0)];
  const passed = edgeMs === undefined || !looksAtEnds ? [] : [order === "start-desc" ? edgeMs + clockSkewMs : edgeMs];
  const bounds = [...cut, ...passed];
  return {
    serials: rows.filter(({ source }) => source !== "last").map(({ serial }) => serial),
    boundMs: bounds.length === 0 ? undefined : farthest(bounds),
    isByEdge: passed.length > 0 && farthest(bounds) === passed[0],
  };
}

function direction(order: NearestOrder): string {
  return order === "update-asc" ? "asc" : "desc";
}

/**
 * The ends in order, and of what is asked about their jobs those that fit: so many of them are looked at together, since in a list of keys neighbours are found beside each other, at a tenth of what
 * a look for each of them costs.
 */
function nearestEnds(query: ListQuery, buckets: Buckets, search: ChangeSearch): EndSources {
  const { ns, filter, parameters } = query;
  const { order, edgeMs, most } = search;
  const { states = [], runner } = filter;
  const { waiting, live, ended, all } = sourcesOf(filter);
  const byStart = order === "start-desc";
  const inBuckets = `bucket = any(${parameters.add(buckets)}::int[])`;
  const conditions = [`s.ns = ${parameters.add(ns)}`, `s.${inBuckets}`];
  if (edgeMs !== undefined)
    conditions.push(`s.ended_ms ${order === "update-asc" ? "<=" : ">="} ${parameters.add(edgeMs)}`);
  if (byStart) conditions.push(`s.started_ms > ${parameters.add(edgeMs === undefined ? 0 : edgeMs + clockSkewMs)}`);
  if (runner !== undefined) conditions.push(`s.runner = ${parameters.add(runner)}`);
  // The last change of a job that has ended is its end; its last start may be in another row.
  if (!byStart && !(all || waiting || live))
    conditions.push(`s.final and s.job_state = any(${parameters.add(states)}::scheduler.final_state[])`);
  const ofJob = jobConditions(query, "j", true);
  const fits = [
    ...(all || ended ? [] : ["scheduler.open j where true"]),
    ...(ofJob.length === 0 ? [] : [`scheduler.jobs j where j.${inBuckets} and ${ofJob.join(" and ")}`]),
  ].map(
    (rows) =>
      `serial in (select j.serial from ${rows} and j.ns = ${parameters.add(ns)} and j.serial = any(array(select serial from ends)))`,
  );
  const looked = fits.length === 0 ? most : most * lookedForOne;
  const nearest = (n: number) => `order by at ${direction(order)} limit ${parameters.add(n)}`;
  return {
    ends: `with ends as materialized (select s.serial, ${byStart ? "s.started_ms" : "s.ended_ms"} as at
      from scheduler.outcomes s where ${conditions.join(" and ")} ${nearest(looked)})`,
    sources: [
      `select 'end' as source, serial, at from ends ${fits.length === 0 ? "" : `where ${fits.join(" and ")}`} ${nearest(most)}`,
      ...(fits.length === 0
        ? []
        : [`select 'last', serial, at from ends ${nearest(1)} offset ${parameters.add(looked - 1)}`]),
    ],
  };
}

function liveAttempts({ ns, parameters }: ListQuery, { order, most }: ChangeSearch): string {
  const at =
    order === "start-desc"
      ? "l.started_ms"
      : "greatest(l.claimed_ms, l.started_ms, (nullif(p.data, '')::jsonb ->> 'at')::bigint)";
  return `select 'live' as source, l.serial, ${at} as at from scheduler.leases l
    left join scheduler.progress p on p.ns = l.ns and p.serial = l.serial and p.attempt = l.attempt
    where l.ns = ${parameters.add(ns)} and ${at} is not null order by at ${direction(order)} limit ${parameters.add(most)}`;
}
