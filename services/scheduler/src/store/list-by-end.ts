import type { Pool } from "@switchyard/postgres";
import { listByNumber } from "./list-by-number.js";
import { type BucketRange, type Buckets, finalStates, type JobListFilter, type JobListPage } from "./list-jobs.js";
import { listQuery } from "./list-query.js";
import { endsIn, type InBucket, isJobsEnd, sourcesOf } from "./list-sources.js";

/** The time within which jobs may have ended, ms. */
export interface EndSpan {
  readonly earliestMs: number;
  readonly nowMs: number;
}

/** Ends from a time on, and before another; undefined: without a bound. */
interface Stretch {
  readonly fromMs?: number;
  readonly untilMs?: number;
}

const firstStretchMs = 60_000;
/** How much longer each stretch is than the one before. */
const growth = 8;

/**
 * The numbers of a page in the order of the ends, open jobs last. Rows lie about in the order of their ends, so a BRIN index tells where a stretch of time is, and
 * not its order: ever longer stretches are looked into, until the page is full.
 */
export async function listByEnd(
  pool: Pool,
  ns: number,
  ranges: readonly BucketRange[],
  filter: JobListFilter,
  page: JobListPage,
  span: EndSpan,
): Promise<number[]> {
  const rising = page.order === "end-asc";
  const wanted = page.offset + page.limit;
  const { all, ended } = sourcesOf(filter);
  const buckets = ranges.map(({ bucket }) => bucket);
  const found: number[] = [];
  for (const stretch of all || ended ? stretches(span, rising) : []) {
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

/** Stretches that together are all time, in the order of the list. */
function* stretches({ earliestMs, nowMs }: EndSpan, rising: boolean): Generator<Stretch> {
  let at: number | undefined;
  for (let longMs = firstStretchMs; ; longMs *= growth) {
    const next = rising ? earliestMs + longMs : nowMs - longMs;
    const bound = (name: "fromMs" | "untilMs", ms: number | undefined) => (ms === undefined ? {} : { [name]: ms });
    const isLast = rising ? next >= nowMs : next <= earliestMs;
    const end = isLast ? undefined : next;
    yield rising
      ? { ...bound("fromMs", at), ...bound("untilMs", end) }
      : { ...bound("fromMs", end), ...bound("untilMs", at) };
    if (isLast) return;
    at = next;
  }
}

/** A filter without the ends; undefined where nothing else is asked for. */
function onlyOpen(filter: JobListFilter): JobListFilter | undefined {
  const { states = [] } = filter;
  const every = ["BLOCKED", "SCHEDULED", "QUEUED", "RUNNING"] as const;
  const open = states.length === 0 ? every : states.filter((state) => !finalStates.includes(state));
  return open.length === 0 ? undefined : { ...filter, states: open };
}
