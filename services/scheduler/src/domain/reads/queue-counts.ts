import { aggregateJobs } from "../../store/aggregate-jobs.js";
import type { Namespace } from "../core/namespace.js";
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

/** Counts a queue's jobs: open ones in memory, ended ones in the tables. Undefined when nobody has ever named the queue. */
export async function readQueueCounts(
  term: ShardTerm,
  space: Namespace,
  name: string,
): Promise<QueueCounts | undefined> {
  const queue = space.queue(name);
  if (!queue) return undefined;
  const states = ["SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED"];
  const rows = await aggregateJobs(term.pool, space.id, ["state"], { queue: name, states }, { limit: 10, offset: 0 });
  const ended = new Map(rows.map(({ key, n }) => [key[0], n]));
  return {
    ...queue.counts,
    succeeded: ended.get("SUCCEEDED") ?? 0,
    failed: ended.get("FAILED") ?? 0,
    timedOut: ended.get("TIMED_OUT") ?? 0,
    cancelled: ended.get("CANCELLED") ?? 0,
  };
}
