import { reasonOf } from "@switchyard/errors";
import type { Core } from "./core-access.js";
import { runQueue } from "./names.js";

/** Numbers of items and runs. */
export interface QueueCounts {
  /** Items in the queue; an item stays there until its run is over. */
  readonly queued: number;
  readonly active: number;
  /** Runs that ended well. */
  readonly succeeded: number;
  /** Runs that ended in any other way. */
  readonly failed: number;
}

/** Reads the numbers from the core's own sums. */
export async function countQueue({ core, config: { namespace } }: Core): Promise<QueueCounts> {
  const { queue } = await core.queues.getQueue({ namespace, name: runQueue }).catch((error: unknown) =>
    // A queue is made by its first item.
    reasonOf(error) === "QUEUE_NOT_FOUND" ? { queue: undefined } : Promise.reject(error),
  );
  const { counts } = queue ?? {};
  if (counts === undefined) return { queued: 0, active: 0, succeeded: 0, failed: 0 };
  const active = Number(counts.claimed + counts.started);
  return {
    queued: Number(counts.blocked + counts.scheduled + counts.queued) + active,
    active,
    succeeded: Number(counts.succeeded),
    failed: Number(counts.failed + counts.timedOut + counts.cancelled),
  };
}
