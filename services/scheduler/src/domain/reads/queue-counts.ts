import { aggregateJobs } from "../../store/aggregate-jobs.js";
import { openState } from "../core/core-event.js";
import type { Namespace } from "../core/namespace.js";
import type { ShardTerm } from "../shard/shard-term.js";

/** Jobs of a queue by where they are. */
export interface QueueCounts {
  blocked: number;
  scheduled: number;
  queued: number;
  claimed: number;
  started: number;
  succeeded: number;
  failed: number;
  timedOut: number;
  cancelled: number;
}

/** Counts a queue's jobs: open ones in memory, ended ones in the tables. Undefined when the queue has never had a job. */
export async function readQueueCounts(
  term: ShardTerm,
  space: Namespace,
  queue: string,
): Promise<QueueCounts | undefined> {
  if (![...space.shapes.values()].some((shape) => shape.queue === queue)) return undefined;
  const states = ["SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED"];
  const rows = await aggregateJobs(term.pool, space.id, ["state"], { queue, states }, { limit: 10, offset: 0 });
  const ended = new Map(rows.map(({ key, n }) => [key[0], n]));
  const counts: QueueCounts = {
    ...{ blocked: 0, scheduled: 0, queued: 0, claimed: 0, started: 0 },
    succeeded: ended.get("SUCCEEDED") ?? 0,
    failed: ended.get("FAILED") ?? 0,
    timedOut: ended.get("TIMED_OUT") ?? 0,
    cancelled: ended.get("CANCELLED") ?? 0,
  };
  for (const job of space.jobs.values()) {
    if (job.shape.queue !== queue) continue;
    const state = openState(job);
    if (state === "RUNNING") counts[job.live && job.live.startedAt > 0 ? "started" : "claimed"]++;
    else counts[state === "SCHEDULED" ? "scheduled" : "queued"]++;
  }
  return counts;
}
