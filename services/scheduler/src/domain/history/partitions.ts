import type { NumberedEvents } from "../../store/numbered-events.js";
import { eventsPerPartition, type Partition } from "../../store/partitions.js";
import type { ShardStore } from "../../store/shard-store.js";
import type { Term } from "../../store/term.js";
import { bucketAt, dayAt, dayMs, retentionFamilies } from "../core/retention-bucket.js";
import type { CoreState } from "../core/core-state.js";
import type { SubmitWrite } from "../core/writes.js";

/** What partitions are made with. */
export interface PartitionsOptions {
  readonly store: ShardStore;
  readonly term: Term;
}

/**
 * Knows which partitions there are, and makes those that are missing. They are made ahead (`ahead`); a write that finds its partition missing
 * all the same, such as the first job of a retention family, waits until it is made.
 */
export class Partitions {
  readonly #options: PartitionsOptions;
  readonly #there = new Set<string>();
  readonly #making = new Map<string, Promise<void>>();

  constructor(options: PartitionsOptions) {
    this.#options = options;
  }

  /** Makes what the coming day and the coming events need. */
  async ahead(state: CoreState, nextSequence: number, now: number): Promise<void> {
    const today = dayAt(now);
    const stretch = stretchOf(nextSequence);
    const families = new Set([state.standard.id]);
    for (const space of state.spaces.values()) for (const family of space.buckets.families()) families.add(family);
    const buckets = retentionFamilies
      .filter(({ id }) => families.has(id))
      .flatMap((family) => [bucketAt(family, now), bucketAt(family, now + dayMs)]);
    await this.#need([
      ...buckets.map((number): Partition => ({ of: "bucket", number })),
      ...[today - 1, today, today + 1].map((number): Partition => ({ of: "requests", number })),
      ...[stretch, stretch + 1].map((number): Partition => ({ of: "events", number })),
    ]);
  }

  /** What new jobs have to wait for; mostly undefined. */
  forSubmit({ jobs, requests }: SubmitWrite): Promise<void> | undefined {
    const needed: Partition[] = [];
    let seen = 0;
    for (const { job } of jobs) {
      if (job.bucket === seen) continue;
      seen = job.bucket;
      needed.push({ of: "bucket", number: seen });
    }
    for (const { day } of requests) needed.push({ of: "requests", number: day });
    return this.#need(needed);
  }

  /** What a flush has to wait for; mostly undefined. Once half of a stretch of events is written, the next one is made. */
  forEvents({ firstSequence, events }: NumberedEvents): Promise<void> | undefined {
    if (events.length === 0) return undefined;
    const stretch = stretchOf(firstSequence);
    // Whoever needs it tries again, should this fail.
    if (firstSequence % eventsPerPartition > eventsPerPartition / 2)
      this.#need([{ of: "events", number: stretch + 1 }])?.catch(() => undefined);
    return this.#need([{ of: "events", number: stretch }]);
  }

  /** A partition was dropped. */
  dropped(partition: Partition): void {
    this.#there.delete(key(partition));
  }

  /** Undefined when all of these are there. */
  #need(partitions: readonly Partition[]): Promise<void> | undefined {
    const missing = partitions.filter((partition) => !this.#there.has(key(partition)));
    if (missing.length === 0) return undefined;
    const fresh = missing.filter((partition) => !this.#making.has(key(partition)));
    if (fresh.length > 0) {
      const made = this.#make(fresh);
      for (const partition of fresh) this.#making.set(key(partition), made);
    }
    const making = missing.flatMap((partition) => this.#making.get(key(partition)) ?? []);
    return Promise.all(making).then(() => undefined);
  }

  async #make(partitions: readonly Partition[]): Promise<void> {
    try {
      const { store, term } = this.#options;
      await store.makePartitions(term, partitions);
      for (const partition of partitions) this.#there.add(key(partition));
    } finally {
      for (const partition of partitions) this.#making.delete(key(partition));
    }
  }
}

function stretchOf(sequence: number): number {
  return Math.floor(sequence / eventsPerPartition);
}

function key({ of, number }: Partition): string {
  return `${of} ${number}`;
}
