import type { Namespace } from "../core/namespace.js";
import type { Queue } from "../core/queue.js";
import type { ShardTerm } from "../shard/shard-term.js";

/** Jobs of a queue by where they are. */
export interface QueueCounts {
  readonly blocked: number;
  readonly scheduled: number;
  readonly queued: number;
  readonly claimed: number;
  readonly started: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly cancelled: number;
}

/** Counts a queue's jobs, in memory: open ones, and those ended ones that are kept. */
export async function readQueueCounts(term: ShardTerm, space: Namespace, queue: Queue): Promise<QueueCounts> {
  const ended = await term.rollups.endedCounts(space, queue.name);
  return {
    ...queue.counts,
    succeeded: ended.SUCCEEDED,
    failed: ended.FAILED,
    timedOut: ended.TIMED_OUT,
    cancelled: ended.CANCELLED,
  };
}

/** Jobs looked at in search of the oldest one. */
const searchLimit = 10_000;

/**
 * Age of the oldest job of a queue that is ready, ms; undefined when none is. Among the first ten thousand open jobs of the namespace it is exact; else the oldest of
 * those that are next in their groups.
 */
export function oldestReadyMs(space: Namespace, queue: Queue, now: number): number | undefined {
  if (queue.counts.queued === 0) return undefined;
  const { table } = space;
  let looked = 0;
  for (const slot of table.slots()) {
    if (++looked > searchLimit) break;
    const group = space.lanes.group(table.groupId[slot] as number);
    if (group?.lane.site.queue === queue) return now - (table.createdMicros[slot] as number) / 1_000;
  }
  let oldest = Number.POSITIVE_INFINITY;
  for (const lane of queue.lanes)
    for (const { jobs } of lane.groups()) oldest = Math.min(oldest, table.createdMicros[jobs.first()] as number);
  return Number.isFinite(oldest) ? now - oldest / 1_000 : undefined;
}
