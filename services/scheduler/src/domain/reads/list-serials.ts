import type { Pool } from "@switchyard/postgres";
import { countJobs } from "../../store/count-jobs.js";
import { firstSerialFrom } from "../../store/first-serial-from.js";
import { listByEnd } from "../../store/list-by-end.js";
import { listByNumber } from "../../store/list-by-number.js";
import type { BucketRange, JobListFilter, JobListPage } from "../../store/list-jobs.js";
import { areAmongOthers } from "../../store/list-sources.js";
import { type ChangeSources, listByChange } from "./list-by-change.js";
import { clip, wavesOf } from "./list-waves.js";
import { waitingSerials } from "./waiting-serials.js";
import { spanOf } from "../core/retention-bucket.js";
import type { Namespace } from "../core/namespace.js";
import type { ShardTerm } from "../shard/shard-term.js";

/**
 * The numbers of a page of jobs: of jobs in line by memory, where that is quicker, else by rows. For the two orders by creation, places are looked into from the end where the page
 * begins, a few at a time (`list-waves.ts`), until the page is full; the other orders, and pages behind an offset, look into all that may hold a match.
 */
export async function listPage(
  { pool }: Pick<ShardTerm, "pool">,
  space: Namespace,
  filter: JobListFilter,
  page: JobListPage,
): Promise<number[]> {
  const inMemory = waitingSerials(space, filter, page);
  if (inMemory) return inMemory;
  const { order } = page;
  const ranges = await matchingRanges(pool, space, filter);
  if (ranges.length === 0) return [];
  if (order === "end-desc" || order === "end-asc") return listByEnd(pool, space.id, ranges, filter, page);
  if (order !== "newest" && order !== "oldest") {
    const created: ChangeSources["created"] = async (by, limit, of) =>
      of === undefined ? [] : listPage({ pool }, space, of, { order: by, limit, offset: 0 });
    return listByChange({ pool, space, ranges, filter, created }, { ...page, order });
  }

  const rising = order === "oldest";
  const { cursor = rising ? 0 : Number.MAX_SAFE_INTEGER, limit, offset } = page;
  const ahead = clip(ranges, rising ? { from: cursor + 1 } : { upTo: cursor - 1 });
  // How many are passed over is counted where they are, unless they are far apart.
  if (offset > 0 && !areAmongOthers(filter)) return listByNumber(pool, space.id, ahead, filter, page);

  const wanted = offset + limit;
  let found: number[] = [];
  for await (const { ranges: wave, next } of wavesOf(pool, space, filter, ahead, { rising, wanted })) {
    found.push(...(await listByNumber(pool, space.id, wave, filter, { ...page, limit: wanted, offset: 0 })));
    // Of jobs with a live attempt each look may tell.
    found = [...new Set(found)].sort((a, b) => (rising ? a - b : b - a)).slice(0, wanted);
    const last = found[wanted - 1];
    // What is still to be looked into comes behind the page as a whole.
    if (next !== undefined && last !== undefined && (rising ? next > last : next < last)) break;
  }
  return found.slice(offset);
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
