import type { Pool } from "@switchyard/postgres";
import { createdMs } from "../../store/created-ms.js";
import { endTimes, endTimesOf } from "../../store/end-times.js";
import { type Among, type AttemptPage, listByAttempt } from "../../store/list-by-attempt.js";
import { onlyOpen, pagesFor } from "../../store/list-by-end.js";
import type { BucketRange, JobListFilter } from "../../store/list-jobs.js";
import { areUnwell } from "../../store/list-sources.js";
import { clockSkewMs, nearestChanges, type NearestOrder } from "../../store/nearest-changes.js";
import type { Namespace } from "../core/namespace.js";

/** Jobs that are looked at first, at least, and how many times more each time. */
const leastLooked = 256;
const growth = 4;
/** Some of those that are looked at have changed at the same time as the last one, or were found twice. */
const spare = 128;
/** Beyond this many, all that match are looked at. */
const mostLooked = 20_000;

/** What a page by last start or last change is put together with. */
export interface ChangeSources {
  readonly pool: Pool;
  readonly space: Namespace;
  /** Where jobs that match may be. */
  readonly ranges: readonly BucketRange[];
  readonly filter: JobListFilter;
  /** Jobs that match a filter in the order of their creation, from either end, so many of them. */
  readonly created: (
    order: "newest" | "oldest",
    limit: number,
    filter: JobListFilter | undefined,
  ) => Promise<readonly number[]>;
}

/**
 * The numbers of a page by last start or last change. No index has these orders, but what they go by is in an order of its own: creations in that of the numbers, ends about in that of
 * their rows, and live attempts are few. So some jobs are looked at that may be on the page, with a bound that all others are behind: those that are ahead of it come first whatever the others
 * are, and once they fill the page, it is the right one. Else more of them are looked at.
 */
export async function listByChange(sources: ChangeSources, page: AttemptPage): Promise<number[]> {
  const { pool, space, ranges, filter } = sources;
  const { order, offset } = page;
  const first = { ...page, limit: offset + page.limit, offset: 0 };
  const found = await (order === "start-asc" ? firstStarted(sources, first) : nearestChanged(sources, first, order));
  return found?.slice(offset) ?? listByAttempt(pool, space.id, bucketsOf(ranges), filter, page);
}

/** Undefined when they were not found soon. */
async function nearestChanged(
  sources: ChangeSources,
  page: AttemptPage,
  order: NearestOrder,
): Promise<readonly number[] | undefined> {
  const { pool, space, ranges, filter, created } = sources;
  const buckets = bucketsOf(ranges);
  const rising = order === "update-asc";
  const isUnwell = areUnwell(filter) && !rising;
  const edges = isUnwell ? undefined : endTimes(pool, buckets, rising, pagesFor(page.limit));
  // What has no end yet is open, and comes at its creation, or later.
  const make = (most: number) => (rising ? created("oldest", most, onlyOpen(filter)) : created("newest", most, filter));
  let farther = 0;
  for (let most = firstLook(page); most <= mostLooked; ) {
    const [made, byPages] = await Promise.all([make(most), edges]);
    // All that match.
    if (!rising && made.length < most) return look(sources, page, { serials: made });
    const edgesMs = byPages ?? (await endTimesOf(pool, space.id, buckets, made.slice(0, page.limit + 1), rising));
    const [changed, createdBound] = await Promise.all([
      nearestChanges(pool, space.id, buckets, filter, { order, edgeMs: edgesMs[farther], most }),
      order === "start-desc" || made.length < most ? undefined : createdBoundOf(sources, made, rising),
    ]);
    const bounds = [changed.boundMs, createdBound].filter((bound) => bound !== undefined);
    const isWhole = bounds.length === 0;
    const boundMs = rising ? Math.min(...bounds) : Math.max(0, ...bounds);
    const found = await look(sources, page, {
      serials: order === "start-desc" ? changed.serials : [...made, ...changed.serials],
      ...(!rising && { laterMs: boundMs }),
      ...(rising && !isWhole && { earlierMs: boundMs }),
    });
    if (found.length === page.limit) return found;
    if (isWhole) return rising ? found : [...found, ...(await withoutStart(sources, page.limit, found))];
    if (changed.isByEdge && boundMs === changed.boundMs) farther++;
    else most *= growth;
  }
  return undefined;
}

/** Of the jobs that match, all that have started are known: the others come behind them, the newest first. */
async function withoutStart({ created, filter }: ChangeSources, limit: number, started: readonly number[]) {
  const ahead = new Set(started);
  const newest = await created("newest", limit, filter);
  return newest.filter((serial) => !ahead.has(serial)).slice(0, limit - started.length);
}

/** Undefined when they were not found soon. No job starts before its creation: those that had started when the next one was created come before that one. */
async function firstStarted(sources: ChangeSources, page: AttemptPage): Promise<readonly number[] | undefined> {
  for (let most = firstLook(page); most <= mostLooked; most *= growth) {
    const serials = await sources.created("oldest", most, sources.filter);
    if (serials.length < most) return look(sources, page, { serials });
    const earlierMs = (await createdBoundOf(sources, serials, true)) - clockSkewMs;
    const found = await look(sources, page, { serials, earlierMs });
    if (found.length === page.limit) return found;
  }
  return undefined;
}

function firstLook({ limit }: AttemptPage): number {
  return Math.max(leastLooked, limit + spare);
}

/** When the last of these was created. With a job that was deleted meanwhile nothing is found, and more are looked at. */
async function createdBoundOf({ pool, space }: ChangeSources, serials: readonly number[], rising: boolean) {
  const last = serials.at(-1) ?? 0;
  const at = await createdMs(pool, space.id, space.buckets.holding([last]), last);
  return at ?? (rising ? 0 : Number.MAX_SAFE_INTEGER);
}

async function look({ pool, space, filter }: ChangeSources, page: AttemptPage, among: Among): Promise<number[]> {
  const serials = [...new Set(among.serials)];
  return listByAttempt(pool, space.id, space.buckets.holding(serials), filter, {
    ...page,
    among: { ...among, serials },
  });
}

function bucketsOf(ranges: readonly BucketRange[]): number[] {
  return ranges.map(({ bucket }) => bucket);
}
