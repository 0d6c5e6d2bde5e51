import type { Pool } from "@switchyard/postgres";
import { blockSize, blocksWith } from "../../store/job-blocks.js";
import type { BucketRange, JobListFilter } from "../../store/list-jobs.js";
import { areAmongOthers } from "../../store/list-sources.js";
import type { Namespace } from "../core/namespace.js";

/** Buckets of the first look into the database; each further look takes twice as many. Each one is a part of the statement, which takes longer to plan than to find a page in the first. */
const firstBuckets = 2;
/** Jobs that match in a block, reckoned with before anything is known: some more blocks are cheaper than another look. */
const firstShare = 7;
/** Blocks of a look; so many take some tens of milliseconds. The least is more than there are buckets with jobs of one block. */
const leastBlocks = 8;
const mostBlocks = 128;

/** Numbers that are looked into by one statement. */
export interface Wave {
  readonly ranges: readonly BucketRange[];
  /** The first number, in the order of the list, that a later wave may hold; undefined when it is the last wave. */
  readonly next: number | undefined;
}

/** Where the jobs of a filter may be, in the order of the list, a few places at a time; so many of them are wanted. */
export async function* wavesOf(
  pool: Pool,
  space: Namespace,
  filter: JobListFilter,
  ranges: readonly BucketRange[],
  { rising, wanted }: { readonly rising: boolean; readonly wanted: number },
): AsyncGenerator<Wave> {
  if (!areAmongOthers(filter)) return yield* wavesOfBuckets(ranges, rising, undefined);
  const { blocksUpTo } = space;
  const noted = clip(ranges, { upTo: blocksUpTo });
  const behind = clip(ranges, { from: blocksUpTo + 1 });
  if (!rising) yield* wavesOfBuckets(behind, rising, noted.length > 0 ? blocksUpTo : undefined);
  const following = rising && behind.length > 0 ? blocksUpTo + 1 : undefined;
  const first = Math.min(Math.max(Math.ceil(wanted / firstShare), leastBlocks), mostBlocks);
  yield* wavesOfBlocks(pool, space.id, filter, noted, { rising, following, first });
  if (rising) yield* wavesOfBuckets(behind, rising, undefined);
}

/** The part of each range that lies within bounds, both included; those that have none are left out. */
export function clip(
  ranges: readonly BucketRange[],
  { from = 0, upTo = Number.MAX_SAFE_INTEGER }: Partial<Omit<BucketRange, "bucket">>,
): BucketRange[] {
  return ranges
    .map((range) => ({ ...range, from: Math.max(range.from, from), upTo: Math.min(range.upTo, upTo) }))
    .filter((range) => range.from <= range.upTo);
}

function* wavesOfBuckets(
  ranges: readonly BucketRange[],
  rising: boolean,
  following: number | undefined,
): Generator<Wave> {
  // In the order in which the page comes to their first jobs.
  const waiting = [...ranges].sort((a, b) => (rising ? a.from - b.from : b.upTo - a.upTo));
  for (let size = firstBuckets; waiting.length > 0; size *= 2) {
    const wave = waiting.splice(0, size);
    const [next] = waiting;
    yield { ranges: wave, next: next ? (rising ? next.from : next.upTo) : following };
  }
}

async function* wavesOfBlocks(
  pool: Pool,
  ns: number,
  filter: JobListFilter,
  ranges: readonly BucketRange[],
  {
    rising,
    following,
    first,
  }: { readonly rising: boolean; readonly following: number | undefined; readonly first: number },
): AsyncGenerator<Wave> {
  if (ranges.length === 0) return;
  const byBucket = new Map(ranges.map((range) => [range.bucket, range]));
  let from = Math.min(...ranges.map((range) => range.from));
  let upTo = Math.max(...ranges.map((range) => range.upTo));
  for (let limit = first; from <= upTo; limit = Math.min(2 * limit, mostBlocks)) {
    const blocks = await blocksWith(pool, ns, filter, { rising, from, upTo, limit });
    // Of the last one other buckets may have been cut off.
    const cutOff = blocks.length === limit ? (blocks.at(-1)?.block as number) : undefined;
    const whole = cutOff === undefined ? blocks : blocks.filter(({ block }) => block !== cutOff);
    const places = new Map<number, BucketRange[]>();
    for (const { bucket, block } of whole) {
      const range = byBucket.get(bucket);
      if (!range) continue;
      const numbers = { from: block * blockSize, upTo: (block + 1) * blockSize - 1 };
      for (const place of clip([range], numbers)) join(places, place);
    }
    if (cutOff === undefined) from = upTo + 1;
    else if (rising) from = cutOff * blockSize;
    else upTo = (cutOff + 1) * blockSize - 1;
    const next = cutOff === undefined ? following : rising ? from : upTo;
    if (places.size > 0) yield { ranges: [...places.values()].flat(), next };
  }
}

/** Adds a place; one that lies beside the last one of its bucket makes that longer. */
function join(places: Map<number, BucketRange[]>, place: BucketRange): void {
  const list = places.get(place.bucket) ?? [];
  const last = list.at(-1);
  if (last && last.from === place.upTo + 1) list[list.length - 1] = { ...last, from: place.from };
  else if (last && last.upTo === place.from - 1) list[list.length - 1] = { ...last, upTo: place.upTo };
  else list.push(place);
  places.set(place.bucket, list);
}
