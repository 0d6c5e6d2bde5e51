import type { Pool } from "@switchyard/postgres";
import { changedSince, clockSkewMs } from "../../store/changed-since.js";
import { createdMs } from "../../store/created-ms.js";
import { endTimes } from "../../store/end-times.js";
import { type Among, type AttemptPage, listByAttempt } from "../../store/list-by-attempt.js";
import { pagesFor } from "../../store/list-by-end.js";
import type { BucketRange, JobListFilter } from "../../store/list-jobs.js";
import type { Namespace } from "../core/namespace.js";

/** Jobs that are looked at first, at least, and how many times more each time. */
const leastLooked = 256;
const growth = 4;
/** Beyond this many, all that match are looked at. */
const mostLooked = 20_000;

/** What a page by last start or last change is put together with. */
export interface ChangeSources {
  readonly pool: Pool;
  readonly space: Namespace;
  /** Where jobs that match may be. */
  readonly ranges: readonly BucketRange[];
  readonly filter: JobListFilter;
  /** The jobs that match in the order of their creation, from either end, so many of them. */
  readonly created: (order: "newest" | "oldest", limit: number) => Promise<readonly number[]>;
}

/**
 * The numbers of a page by last start or last change. No index has these orders, but what they go by is in an order of its own: creations in that of the numbers, ends about in that of
 * their rows, and live attempts are few. So some jobs are looked at that may be on the page, with a bound that all others are behind: those that are ahead of it come first whatever the others
 * are, and once they fill the page, it is the right one. Else more of them are looked at.
 */
export async function listByChange(sources: ChangeSources, page: AttemptPage): Promise<number[]> {
  const { pool, space, ranges, filter } = sources;
  const falling = page.order === "start-desc" || page.order === "update-desc";
  const wanted = page.offset + page.limit;
  const first = await (falling ? lastChanged : firstChanged)(sources, { ...page, limit: wanted, offset: 0 });
  return first?.slice(page.offset) ?? listByAttempt(pool, space.id, bucketsOf(ranges), filter, page);
}

/** Undefined when they were not found soon. */
async function lastChanged(sources: ChangeSources, page: AttemptPage): Promise<readonly number[] | undefined> {
  const { pool, space, ranges, filter, created } = sources;
  const buckets = bucketsOf(ranges);
  const by = page.order === "start-desc" ? "start" : "update";
  const times: readonly (number | undefined)[] = [
    ...(await endTimes(pool, buckets, false, pagesFor(page.limit))),
    undefined,
  ];
  let farther = 0;
  for (let most = firstLook(page); most <= mostLooked; ) {
    const newest = await created("newest", most);
    // All that match.
    if (newest.length < most) return look(sources, page, { serials: newest });
    const search = { by, sinceMs: times[farther], most } as const;
    const changed = await changedSince(pool, space.id, buckets, filter, search);
    const createdBound = by === "start" ? 0 : await createdBoundOf(sources, newest, Number.MAX_SAFE_INTEGER);
    const laterMs = Math.max(changed.boundMs ?? 0, createdBound);
    const serials = by === "start" ? changed.serials : [...newest, ...changed.serials];
    const found = await look(sources, page, { serials, laterMs });
    if (found.length === page.limit) return found;
    if (laterMs === 0) return [...found, ...(await withoutStart(sources, page.limit, found))];
    if (changed.isBySince && laterMs === changed.boundMs) farther++;
    else most *= growth;
  }
  return undefined;
}

/** Of the jobs that match, all that have started are known: the others come behind them, the newest first. */
async function withoutStart({ created }: ChangeSources, limit: number, started: readonly number[]) {
  const ahead = new Set(started);
  const newest = await created("newest", limit);
  return newest.filter((serial) => !ahead.has(serial)).slice(0, limit - started.length);
}

/**
 * Undefined when they were not found soon. A job neither starts nor changes before its creation: all that were created behind some come behind those of them that had changed by then.
 */
async function firstChanged(sources: ChangeSources, page: AttemptPage): Promise<readonly number[] | undefined> {
  const marginMs = page.order === "start-asc" ? clockSkewMs : 0;
  for (let most = firstLook(page); most <= mostLooked; most *= growth) {
    const serials = await sources.created("oldest", most);
    if (serials.length < most) return look(sources, page, { serials });
    const earlierMs = (await createdBoundOf(sources, serials, 0)) - marginMs;
    const found = await look(sources, page, { serials, earlierMs });
    if (found.length === page.limit) return found;
  }
  return undefined;
}

function firstLook({ limit }: AttemptPage): number {
  return Math.max(leastLooked, 2 * limit);
}

/** When the last of these was created; `gone` when it was deleted meanwhile, with which nothing is found. */
async function createdBoundOf({ pool, space }: ChangeSources, serials: readonly number[], gone: number) {
  const last = serials.at(-1) ?? 0;
  return (await createdMs(pool, space.id, space.buckets.holding([last]), last)) ?? gone;
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
