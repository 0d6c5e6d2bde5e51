import type { Pool } from "@switchyard/postgres";
import { countJobs, type JobListFilter, type JobListPage, listSerials } from "../../store/list-jobs.js";
import { spanOf } from "../core/retention-bucket.js";
import type { Namespace } from "../core/namespace.js";

/** Buckets of the first look into the database; each further look takes twice as many. */
const firstWave = 8;

/** Serials that a bucket may hold, both ends included. */
interface BucketRange {
  readonly bucket: number;
  readonly from: number;
  readonly upTo: number;
}

/**
 * The numbers of a page of jobs. For the two orders by creation, buckets are looked into from the end where the page begins, a few at a time, until
 * the page is full; the other orders, and pages behind an offset, look into all that may hold a match.
 */
export async function listPage(
  pool: Pool,
  space: Namespace,
  filter: JobListFilter,
  page: JobListPage,
): Promise<number[]> {
  const oldestFirst = page.order === "oldest";
  const { cursor = oldestFirst ? 0 : Number.MAX_SAFE_INTEGER } = page;
  const ahead = matchingRanges(space, filter).filter(({ from, upTo }) => (oldestFirst ? upTo > cursor : from < cursor));
  if ((page.order !== "newest" && !oldestFirst) || page.offset > 0)
    return listSerials(pool, space.id, bucketsOf(ahead), filter, page);

  // In the order in which the page comes to their first jobs.
  const waiting = oldestFirst ? ahead : ahead.sort((a, b) => b.upTo - a.upTo);
  let found: number[] = [];
  for (let size = firstWave; waiting.length > 0; size *= 2) {
    const wave = waiting.splice(0, size);
    found.push(...(await listSerials(pool, space.id, bucketsOf(wave), filter, page)));
    found = found.sort((a, b) => (oldestFirst ? a - b : b - a)).slice(0, page.limit);
    const next = waiting[0];
    const last = found[page.limit - 1];
    // What is still to be looked into comes behind the page as a whole.
    if (next && last !== undefined && (oldestFirst ? next.from > last : next.upTo < last)) break;
  }
  return found;
}

/** The number of jobs that match, by counting rows. */
export function countRows(pool: Pool, space: Namespace, filter: JobListFilter): Promise<number> {
  return countJobs(pool, space.id, bucketsOf(matchingRanges(space, filter)), filter);
}

/** What a filter leaves of the buckets by what it says about numbers and times, by rising first serial. */
function matchingRanges(space: Namespace, filter: JobListFilter): BucketRange[] {
  const { serials, afterSerial = 0, createdFromMicros = 0, createdBeforeMicros = Number.POSITIVE_INFINITY } = filter;
  const named = serials && new Set(space.buckets.holding(serials));
  return space.buckets.ranges().filter(({ bucket, upTo }) => {
    const { fromMs, untilMs } = spanOf(bucket);
    return (
      (!named || named.has(bucket)) &&
      upTo > afterSerial &&
      untilMs * 1_000 > createdFromMicros &&
      fromMs * 1_000 < createdBeforeMicros
    );
  });
}

function bucketsOf(ranges: readonly BucketRange[]): number[] {
  return ranges.map(({ bucket }) => bucket);
}
