import type { FinalState } from "../core/model.js";
import type { EndEvent } from "./sum-table.js";

/** Ended jobs of a queue by state. */
export type EndedCounts = Record<FinalState, number>;

/** How many jobs of a queue have ended in which state, of those that are kept: small enough to be in memory, so that a look at a queue reads nothing. */
export class QueueTotals {
  /** By namespace, queue and bucket, since a bucket is dropped as a whole. */
  readonly #spaces = new Map<number, Map<string, Map<number, EndedCounts>>>();

  /** Adds or takes back an end. */
  fold({ type, ns, queue, state, previous, facts }: EndEvent): void {
    if (type === "ENDED") this.add(ns, queue, facts.bucket, state as FinalState, 1);
    else this.add(ns, queue, facts.bucket, previous as FinalState, -1);
  }

  /** Adds so many. */
  add(ns: number, queue: string, bucket: number, state: FinalState, n: number): void {
    let queues = this.#spaces.get(ns);
    if (!queues) {
      queues = new Map();
      this.#spaces.set(ns, queues);
    }
    let buckets = queues.get(queue);
    if (!buckets) {
      buckets = new Map();
      queues.set(queue, buckets);
    }
    let counts = buckets.get(bucket);
    if (!counts) {
      counts = none();
      buckets.set(bucket, counts);
    }
    counts[state] += n;
  }

  /** Adds all that others have counted. */
  addAll(others: QueueTotals): void {
    for (const [ns, queues] of others.#spaces)
      for (const [queue, buckets] of queues)
        for (const [bucket, counts] of buckets)
          for (const [state, n] of Object.entries(counts)) this.add(ns, queue, bucket, state as FinalState, n);
  }

  /** The counts of a queue. */
  of(ns: number, queue: string): EndedCounts {
    const sum = none();
    for (const counts of this.#spaces.get(ns)?.get(queue)?.values() ?? [])
      for (const state of Object.keys(sum) as FinalState[]) sum[state] += counts[state];
    return sum;
  }

  /** Drops what was counted of a bucket that is gone. */
  forget(bucket: number): void {
    for (const queues of this.#spaces.values()) for (const buckets of queues.values()) buckets.delete(bucket);
  }
}

function none(): EndedCounts {
  return { SUCCEEDED: 0, FAILED: 0, TIMED_OUT: 0, CANCELLED: 0 };
}
