import type { Pool } from "@switchyard/postgres";
import { createdMs as readCreatedMs } from "../../store/created-ms.js";
import { endTimes, endTimesOf } from "../../store/end-times.js";
import { type Among, type AttemptPage, listByAttempt } from "../../store/list-by-attempt.js";
import { onlyOpen, pagesFor } from "../../store/list-by-end.js";
import type { BucketRange, JobListFilter } from "../../store/list-jobs.js";
import { areAmongOthers, areUnwell } from "../../store/list-sources.js";
import { clockSkewMs, nearestChanges, type NearestOrder } from "../../store/nearest-changes.js";
import type { Namespace } from "../core/namespace.js";

/** Jobs that are looked at first, at least, and how many times more each time. */
const leastLooked = 256;
const growth = 4;
/** Some of those that are looked at have changed at the same time as the last one, or were found twice. */
const spare = 128;
/** Ends of those that match which may have come in one millisecond with the last one that is wanted; if they are more, it is looked farther. */
const atOnce = 16;
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
  const rising = order === "update-asc";
  const byPages = endTimes(pool, bucketsOf(ranges), rising, pagesFor(page.limit));
  // What has no end yet is open, and comes at its creation, or later.
  const make = (most: number) => (rising ? created("oldest", most, onlyOpen(filter)) : created("newest", most, filter));
  // The nearest ends are passed over by starts: they began before it, by more than the clocks may differ.
  let farther = order === "start-desc" ? 1 : 0;
  for (let most = firstLook(page); most <= mostLooked; most *= growth) {
    const [made, edgesMs] = await Promise.all([make(most), byPages]);
    // All that match.
    if (!rising && made.length < most) return look(sources, page, { serials: made });
    const [createdMs, edges] = await Promise.all([
      order === "start-desc" || made.length < most ? undefined : createdBoundOf(sources, made, rising),
      rising ? edgesMs : edgesFor(sources, made, page, edgesMs),
    ]);
    const among = order === "start-desc" ? [] : made;
    for (let isByEdge = true; isByEdge; farther += isByEdge ? 1 : 0) {
      const changed = await nearestChanges(pool, space.id, bucketsOf(ranges), filter, {
        order,
        edgeMs: edges[farther],
        most,
      });
      const { boundMs, found } = await lookBefore(sources, page, rising, {
        serials: [...among, ...changed.serials],
        bounds: [changed.boundMs, createdMs],
      });
      if (found.length === page.limit || (rising && boundMs === undefined)) return found;
      if (boundMs === undefined) return [...found, ...(await withoutStart(sources, page.limit, found))];
      isByEdge = changed.isByEdge && boundMs === changed.boundMs;
    }
  }
  return undefined;
}

/** The jobs that are ahead of all others, which come behind every one of the bounds; without a bound all that have a time. */
async function lookBefore(
  sources: ChangeSources,
  page: AttemptPage,
  rising: boolean,
  { serials, bounds }: { readonly serials: readonly number[]; readonly bounds: readonly (number | undefined)[] },
) {
  const times = bounds.filter((bound) => bound !== undefined);
  const boundMs = times.length === 0 ? undefined : rising ? Math.min(...times) : Math.max(...times);
  const bound = rising ? (boundMs === undefined ? {} : { earlierMs: boundMs }) : { laterMs: boundMs ?? 0 };
  return { boundMs, found: await look(sources, page, { serials, ...bound }) };
}

/** Times of ends: of those that match, where few of all do, else of all of them. */
async function edgesFor(
  { pool, space, filter }: ChangeSources,
  made: readonly number[],
  { limit }: AttemptPage,
  byPages: readonly number[],
): Promise<readonly number[]> {
  if (!areUnwell(filter) && !areAmongOthers(filter)) return byPages;
  const sample = { serials: made, rising: false, wanted: limit + atOnce };
  const [edgeMs] = await endTimesOf(pool, space.id, space.buckets.holding(made), sample);
  // Among the ends of the first pages there would be too few that match.
  return edgeMs === undefined ? byPages.slice(1) : [edgeMs, ...byPages.filter((ms) => ms < edgeMs)];
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
  const at = await readCreatedMs(pool, space.id, space.buckets.holding([last]), last);
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
