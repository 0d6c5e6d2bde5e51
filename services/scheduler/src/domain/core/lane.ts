import { Bucket } from "./bucket.js";
import type { Group } from "./group.js";
import { IndexedHeap } from "./indexed-heap.js";
import type { LimitKey } from "./limit-key.js";
import type { LaneEntry } from "./profile.js";
import type { Queue } from "./queue.js";

/** What a runner must have to do a job, beside its kind; interned. */
export interface Site {
  readonly queue: Queue;
  /** Labels that a runner must carry, by name; an empty value asks for presence only. */
  readonly requiredLabels: readonly (readonly [string, string])[];
  /** Labels that a claim can exclude. */
  readonly laneLabels: readonly (readonly [string, string])[];
  readonly lanes: Map<string, Lane>;
}

/** Shared by all lanes that no profile fits: there may be a million of them. Nothing is ever added to it. */
const none: LaneEntry[] = [];

/**
 * The waiting jobs of one site and kind: whoever can do one of them can do all.
 *
 * Jobs with the same keys form a group, groups that wait behind the same key a bucket. The lane's head is the best group of the buckets whose
 * key has something free. Most lanes have a single group without keys, which is kept apart (`plain`), without bucket or heap.
 */
export class Lane {
  #entries: LaneEntry[] = none;
  /** The group whose first job is next; undefined when none may start. */
  head: Group | undefined;
  /** Jobs in all groups. */
  size = 0;
  plain: Group | undefined;
  #buckets: Map<LimitKey | undefined, Bucket> | undefined;
  #open: IndexedHeap<Bucket> | undefined;

  constructor(
    readonly site: Site,
    readonly kind: string,
  ) {}

  /** One entry for each profile that it fits. */
  get entries(): readonly LaneEntry[] {
    return this.#entries;
  }

  /** Stands in the line of a profile from now on. */
  join(entry: LaneEntry): void {
    if (this.#entries === none) this.#entries = [entry];
    else this.#entries.push(entry);
  }

  /** Leaves the lines of profiles that are gone. */
  leaveAll(isGone: (entry: LaneEntry) => boolean): void {
    if (this.#entries.some(isGone)) this.#entries = this.#entries.filter((entry) => !isGone(entry));
  }

  /** The first job of a group, or its turns, have changed, or the group is new or empty: everything that is ordered by it follows. */
  touch(group: Group): void {
    group.turns = this.site.queue.turnsOf(group);
    if (group !== this.plain) {
      const { bucket } = group;
      if (group.jobs.size === 0) this.#leave(group);
      else this.#enter(group, bucket ?? this.#bucketFor(group.keys[0]));
    }
    this.refresh();
  }

  /** A group turned out to be held by another of its keys: it waits behind that one. */
  moveBehind(group: Group, key: LimitKey): void {
    this.#leave(group);
    this.#enter(group, this.#bucketFor(key));
    this.refresh();
  }

  /** A key has become free or full: its bucket joins or leaves the order. */
  setOpen(bucket: Bucket, open: boolean): void {
    if (open && bucket.groups.size > 0) this.#openBuckets().set(bucket);
    else this.#open?.delete(bucket);
    this.refresh();
  }

  /** All groups with jobs. */
  *groups(): IterableIterator<Group> {
    if (this.plain && this.plain.jobs.size > 0) yield this.plain;
    for (const bucket of this.#buckets?.values() ?? []) yield* bucket.groups;
  }

  /** The jobs of groups that may start, those of the head first and in their order: about what is claimed next. The groups behind the head are in no particular order. */
  *upcoming(): IterableIterator<number> {
    const { head, plain } = this;
    if (!head) return;
    yield* head.jobs;
    if (plain && plain !== head) yield* plain.jobs;
    for (const { groups } of this.#open ?? []) for (const group of groups) if (group !== head) yield* group.jobs;
  }

  /** Counts the jobs in all groups one by one; `size` must say the same. */
  count(): number {
    let jobs = this.plain?.jobs.size ?? 0;
    if (this.#buckets)
      for (const bucket of this.#buckets.values()) for (const group of bucket.groups) jobs += group.jobs.size;
    return jobs;
  }

  /** Finds the head anew and tells the profiles. */
  refresh(): void {
    const plain = this.plain && this.plain.jobs.size > 0 ? this.plain : undefined;
    const keyed = this.#open?.top?.groups.top;
    this.head = plain && keyed ? (keyed.isBefore(plain) ? keyed : plain) : (plain ?? keyed);
    for (const entry of this.#entries) entry.line.move(entry);
  }

  #enter(group: Group, bucket: Bucket): void {
    group.bucket = bucket;
    bucket.groups.set(group);
    if (!bucket.key || bucket.key.open) this.#openBuckets().set(bucket);
  }

  #leave(group: Group): void {
    const { bucket } = group;
    if (!bucket) return;
    group.bucket = undefined;
    bucket.groups.delete(group);
    if (bucket.groups.size > 0) {
      if (bucket.heapIndex >= 0) this.#open?.set(bucket);
      return;
    }
    this.#open?.delete(bucket);
    this.#buckets?.delete(bucket.key);
    bucket.key?.buckets.delete(bucket);
  }

  #bucketFor(key: LimitKey | undefined): Bucket {
    this.#buckets ??= new Map();
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = new Bucket(this, key);
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }

  #openBuckets(): IndexedHeap<Bucket> {
    this.#open ??= new IndexedHeap<Bucket>((a, b) => isBefore(a, b));
    return this.#open;
  }
}

function isBefore(a: Bucket, b: Bucket): boolean {
  return (a.groups.top as Group).isBefore(b.groups.top as Group);
}
