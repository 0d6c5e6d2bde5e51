import type { Pool } from "@switchyard/postgres";
import { endTimes, endTimesOf } from "./end-times.js";
import { listByNumber } from "./list-by-number.js";
import { type BucketRange, type Buckets, finalStates, type JobListFilter, type JobListPage } from "./list-jobs.js";
import { listQuery } from "./list-query.js";
import { areUnwell, endsIn, type InBucket, isJobsEnd, sourcesOf } from "./list-sources.js";

/** Ends from a time on, and before another; undefined: without a bound. */
interface Stretch {
  readonly fromMs?: number;
  readonly untilMs?: number;
}

/** Ends on a page of a table, at least; results make rows wide. */
const endsOnPage = 8;
/** Buckets, from either end, by whose ends it is said where others may be. */
const sampled = 2;
/** Some may have been opened again meanwhile. */
const spare = 8;
/** Pages of ends that are looked at first, at least. */
const leastPages = 16;

/**
 * The numbers of a page in the order of the ends, open jobs last. Rows lie about in the order of their ends, so a BRIN index tells where a stretch of time is, and
 * not its order: stretches with ever more ends are looked into, until the page is full.
 */
export async function listByEnd(
  pool: Pool,
  ns: number,
  ranges: readonly BucketRange[],
  filter: JobListFilter,
  page: JobListPage,
): Promise<number[]> {
  const rising = page.order === "end-asc";
  const wanted = page.offset + page.limit;
  const { all, ended } = sourcesOf(filter);
  const buckets = bucketsOf(ranges);
  const found: number[] = [];
  const hasEnds = all || ended;
  const times = hasEnds ? await timesOf(pool, ns, ranges, filter, { rising, wanted }) : [];
  for (const stretch of hasEnds ? stretches(times, rising) : []) {
    found.push(...(await endedWithin(pool, ns, buckets, filter, { stretch, rising, limit: wanted - found.length })));
    if (found.length >= wanted) return found.slice(page.offset);
  }
  const open = onlyOpen(filter);
  if (open === undefined) return found.slice(page.offset);
  const rest = {
    order: "newest" as const,
    limit: page.limit - Math.max(0, found.length - page.offset),
    offset: Math.max(0, page.offset - found.length),
  };
  return [...found.slice(page.offset), ...(await listByNumber(pool, ns, ranges, open, rest))];
}

async function endedWithin(
  pool: Pool,
  ns: number,
  buckets: Buckets,
  filter: JobListFilter,
  { stretch, rising, limit }: { readonly stretch: Stretch; readonly rising: boolean; readonly limit: number },
): Promise<number[]> {
  const query = listQuery(ns, filter);
  const { parameters } = query;
  const { fromMs, untilMs } = stretch;
  const at = parameters.add(buckets);
  const times = [
    ...(fromMs === undefined ? [] : [`s.ended_ms >= ${parameters.add(fromMs)}`]),
    ...(untilMs === undefined ? [] : [`s.ended_ms < ${parameters.add(untilMs)}`]),
  ];
  const bucketIs: InBucket = (row) => `${row}.bucket = any(${at}::int[])`;
  const order = `order by s.ended_ms ${rising ? "asc" : "desc"}, s.serial desc`;
  // In order first: only as many rows as the page needs are looked at more closely.
  const places = endsIn(query, bucketIs, times).map(
    (place) => `select s.ns, s.bucket, s.serial, s.reopen, s.ended_ms ${place}`,
  );
  if (places.length === 0) return [];
  const { rows } = await pool.query<{ serial: number }>(
    `select s.serial from (select * from (${places.join(" union all ")}) s ${order}) s
     where ${isJobsEnd(bucketIs).join(" and ")} ${order} limit ${parameters.add(limit)}`,
    parameters.values,
  );
  return rows.map(({ serial }) => serial);
}

/** Times between which the ends are looked for. */
async function timesOf(
  pool: Pool,
  ns: number,
  ranges: readonly BucketRange[],
  filter: JobListFilter,
  { rising, wanted }: { readonly rising: boolean; readonly wanted: number },
): Promise<number[]> {
  const buckets = bucketsOf(ranges);
  if (!areUnwell(filter)) return endTimes(pool, buckets, rising, pagesFor(wanted));
  const states = (filter.states ?? []).filter((state) => finalStates.includes(state));
  const enough = wanted + spare;
  const page = { order: rising ? ("oldest" as const) : ("newest" as const), limit: enough, offset: 0 };
  const nearest = rising ? ranges.slice(0, sampled) : ranges.slice(-sampled);
  const serials = await listByNumber(pool, ns, nearest, { ...filter, states }, page);
  const sample = { serials, rising, wanted: enough };
  const times = await endTimesOf(pool, ns, bucketsOf(nearest), sample);
  return times.length > 0 ? times : endTimes(pool, buckets, rising, pagesFor(wanted));
}

function bucketsOf(ranges: readonly BucketRange[]): number[] {
  return ranges.map(({ bucket }) => bucket);
}

/** Pages of ends in which so many may be. */
export function pagesFor(wanted: number): number {
  return Math.max(leastPages, Math.ceil(wanted / endsOnPage));
}

/** Stretches between the times, which together are all time, in the order of the list. */
function stretches(times: readonly number[], rising: boolean): Stretch[] {
  const ends = [undefined, ...times, undefined];
  return [...times, undefined].map((_, i) => {
    const [near, far] = [ends[i], ends[i + 1]];
    const [fromMs, untilMs] = rising ? [near, far] : [far, near];
    return { ...(fromMs !== undefined && { fromMs }), ...(untilMs !== undefined && { untilMs }) };
  });
}

/** A filter without the ends; undefined where nothing else is asked for. */
export function onlyOpen(filter: JobListFilter): JobListFilter | undefined {
  const { states = [] } = filter;
  const every = ["BLOCKED", "SCHEDULED", "QUEUED", "RUNNING"] as const;
  const open = states.length === 0 ? every : states.filter((state) => !finalStates.includes(state));
  return open.length === 0 ? undefined : { ...filter, states: open };
}
