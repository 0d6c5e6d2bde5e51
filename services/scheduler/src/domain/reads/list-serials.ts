import type { Pool } from "@switchyard/postgres";
import { countJobs } from "../../store/count-jobs.js";
import { firstSerialFrom } from "../../store/first-serial-from.js";
import { listByAttempt } from "../../store/list-by-attempt.js";
import { listByEnd } from "../../store/list-by-end.js";
import { listByNumber } from "../../store/list-by-number.js";
import type { BucketRange, JobListFilter, JobListPage } from "../../store/list-jobs.js";
import { waitingSerials } from "./waiting-serials.js";
import { spanOf } from "../core/retention-bucket.js";
import type { Namespace } from "../core/namespace.js";
import type { ShardTerm } from "../shard/shard-term.js";

/** Buckets of the first look into the database; each further look takes twice as many. */
const firstWave = 8;

/**
 * The numbers of a page of jobs: of jobs in line by memory, where that is quicker, else by rows. For the two orders by creation, buckets are looked into from the end where the page begins, a few at a time, until
 * the page is full; the other orders, and pages behind an offset, look into all that may hold a match.
 */
export async function listPage(
  { pool, clock }: Pick<ShardTerm, "pool" | "clock">,
  space: Namespace,
  filter: JobListFilter,
  page: JobListPage,
): Promise<number[]> {
  const inMemory = waitingSerials(space, filter, page);
  if (inMemory) return inMemory;
  const { order } = page;
  const ranges = await matchingRanges(pool, space, filter);
  if (order === "end-desc" || order === "end-asc") {
    const earliestMs = Math.min(...ranges.map(({ bucket }) => spanOf(bucket).fromMs));
    const span = { earliestMs, nowMs: clock.now() };
    return ranges.length === 0 ? [] : listByEnd(pool, space.id, ranges, filter, page, span);
  }
  if (order !== "newest" && order !== "oldest")
    return listByAttempt(pool, space.id, bucketsOf(ranges), filter, { ...page, order });

  const oldestFirst = order === "oldest";
  const { cursor = oldestFirst ? 0 : Number.MAX_SAFE_INTEGER } = page;
  const ahead = ranges.filter(({ from, upTo }) => (oldestFirst ? upTo > cursor : from < cursor));
  if (page.offset > 0) return listByNumber(pool, space.id, ahead, filter, page);

  // In the order in which the page comes to their first jobs.
  const waiting = oldestFirst ? [...ahead] : [...ahead].sort((a, b) => b.upTo - a.upTo);
  let found: number[] = [];
  for (let size = firstWave; waiting.length > 0; size *= 2) {
    const wave = waiting.splice(0, size);
    found.push(...(await listByNumber(pool, space.id, wave, filter, page)));
    // Of jobs with a live attempt each look may tell.
    found = [...new Set(found)].sort((a, b) => (oldestFirst ? a - b : b - a)).slice(0, page.limit);
    const next = waiting[0];
    const last = found[page.limit - 1];
    // What is still to be looked into comes behind the page as a whole.
    if (next && last !== undefined && (oldestFirst ? next.from > last : next.upTo < last)) break;
  }
  return found;
}

/** The number of jobs that match, by counting rows. */
export async function countRows(pool: Pool, space: Namespace, filter: JobListFilter): Promise<number> {
  return countJobs(pool, space.id, await matchingRanges(pool, space, filter), filter);
}

/** What a filter leaves of the buckets by what it says about numbers and times, by rising first serial. */
function matchingRanges(pool: Pool, space: Namespace, filter: JobListFilter): Promise<readonly BucketRange[]> {
  const { serials, afterSerial = 0, createdFromMicros = 0, createdBeforeMicros = Number.POSITIVE_INFINITY } = filter;
  const named = serials && new Set(space.buckets.holding(serials));
  const ranges = space.buckets.ranges().filter(({ bucket, upTo }) => {
    const { fromMs, untilMs } = spanOf(bucket);
    return (
      (!named || named.has(bucket)) &&
      upTo > afterSerial &&
      untilMs * 1_000 > createdFromMicros &&
      fromMs * 1_000 < createdBeforeMicros
    );
  });
  return Promise.all(ranges.map((range) => withinTimes(pool, space, filter, range)));
}

/** Of a bucket in whose time a bound of the filter falls, the numbers within it. */
async function withinTimes(
  pool: Pool,
  space: Namespace,
  { createdFromMicros, createdBeforeMicros }: JobListFilter,
  range: BucketRange,
): Promise<BucketRange> {
  const { fromMs, untilMs } = spanOf(range.bucket);
  const isInside = (micros: number | undefined): micros is number =>
    micros !== undefined && micros > fromMs * 1_000 && micros < untilMs * 1_000;
  const boundAt = (micros: number | undefined): Promise<number | undefined> =>
    isInside(micros) ? firstSerialFrom(pool, space.id, range, micros) : Promise.resolve(undefined);
  const [from, end] = await Promise.all([boundAt(createdFromMicros), boundAt(createdBeforeMicros)]);
  return { ...range, from: from ?? range.from, upTo: end === undefined ? range.upTo : end - 1 };
}

function bucketsOf(ranges: readonly BucketRange[]): number[] {
  return ranges.map(({ bucket }) => bucket);
}
