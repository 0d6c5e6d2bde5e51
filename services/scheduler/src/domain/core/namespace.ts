import { BucketIndex, type SerialMark } from "./bucket-index.js";
import { Children } from "./children.js";
import type { Due } from "./core-state.js";
import { EndWatches } from "./end-watch.js";
import type { Group } from "./group.js";
import { JobObjects } from "./job-objects.js";
import { JobTable } from "./job-table.js";
import type { Lane } from "./lane.js";
import { LaneBook } from "./lane-book.js";
import { LimitBook, type StoredLimit } from "./limit-book.js";
import type { JobShape, LiveAttempt, OpenJob, RunnerPresence, ShapeSpec } from "./model.js";
import { createOpenJob } from "./open-job.js";
import type { Profile, ProfileSpec } from "./profile.js";
import type { Queue, QueueSettings, Standing } from "./queue.js";
import type { RetentionFamily } from "./retention-bucket.js";
import { ReuseKeys } from "./reuse-keys.js";
import { ShapeBook } from "./shape-book.js";
import type { Timers } from "./timers.js";

/** What a namespace is loaded with. */
export interface NamespaceSeed {
  /** Where its earlier events lie, by rising number, if it has been moved. */
  readonly past?: readonly PastShard[];
  readonly id: number;
  readonly name: string;
  /** The largest serial given out. */
  readonly lastSerial: number;
  /** The largest creation time given out, microseconds. */
  readonly lastCreatedMicros: number;
  readonly shapes: readonly (ShapeSpec & { readonly id: number })[];
  readonly queues: readonly { readonly name: string; readonly settings: Partial<QueueSettings> }[];
  readonly limits: readonly StoredLimit[];
  /** The first jobs of the buckets that are kept. */
  readonly marks: readonly SerialMark[];
}

/** A shard in which a namespace lived: its events up to a number are there, as far as nothing before has them. */
export interface PastShard {
  readonly shard: number;
  readonly upTo: number;
}

/** The open work of one namespace. Nothing crosses namespaces. */
export class Namespace {
  readonly id: number;
  /** Where its earlier events lie, by rising number. */
  readonly past: readonly PastShard[];
  readonly name: string;
  readonly table = new JobTable();
  readonly runners = new Map<string, RunnerPresence>();
  readonly shapes = new ShapeBook();
  readonly limits: LimitBook;
  readonly lanes: LaneBook;
  /** Where the rows of its jobs lie. */
  readonly buckets: BucketIndex;
  readonly children = new Children();
  readonly reuseKeys = new ReuseKeys();
  /** Attempts whose lease was renewed and is stored with its old end. */
  readonly renewed = new Set<LiveAttempt>();
  /** Which queues and kinds the jobs with numbers up to here have is noted in the tables, by blocks of numbers; -1 while that is not known. */
  blocksUpTo = -1;
  /** Whoever reads history before a decision, and must hear what ends meanwhile. */
  readonly endWatches = new EndWatches();
  /** Open jobs that are more than columns: everything but what waits and has no history. */
  readonly #objects = new JobObjects();
  #lastSerial: number;
  #lastCreatedMicros: number;

  constructor(
    seed: NamespaceSeed,
    readonly timers: Timers<Due>,
    /** How long jobs are kept when nothing else is said. */
    readonly standard: RetentionFamily,
  ) {
    this.id = seed.id;
    this.name = seed.name;
    this.#lastSerial = seed.lastSerial;
    this.#lastCreatedMicros = seed.lastCreatedMicros;
    this.buckets = new BucketIndex(seed.marks);
    this.past = seed.past ?? [];
    this.limits = new LimitBook(seed.limits);
    this.lanes = new LaneBook(this.table, this.limits);
    for (const { name, settings } of seed.queues) this.shapes.loadQueue(name, settings);
    for (const { id, ...spec } of seed.shapes) this.shapes.load(id, spec);
  }

  /** The next serial. */
  nextSerial(): number {
    return ++this.#lastSerial;
  }

  /** The last serial that was given out. */
  get lastSerial(): number {
    return this.#lastSerial;
  }

  /** The last number of which it is certain that all jobs up to it are stored: none of them is on its way. */
  get lastStored(): number {
    let last = this.#lastSerial;
    for (const { standing, reopen, serial } of this.#objects.values())
      if (standing === undefined && reopen === 0 && serial <= last) last = serial - 1;
    return last;
  }

  /** A creation time for `now` (ms) that is later than every earlier one, in microseconds. */
  nextCreatedMicros(now: number): number {
    this.#lastCreatedMicros = Math.max(Math.floor(now * 1_000), this.#lastCreatedMicros + 1);
    return this.#lastCreatedMicros;
  }

  /** Number of open jobs, those included whose admission is on the way. */
  get openJobs(): number {
    return this.table.size;
  }

  /** An open job; undefined when there is none of that number. An object of a waiting job may be a copy: it is decided about before the next `await`. */
  job(serial: number): OpenJob | undefined {
    const slot = this.table.slotOf(serial);
    return slot < 0 ? undefined : this.at(slot);
  }

  /** The open job in a slot. */
  at(slot: number): OpenJob {
    return this.#objects.at(slot) ?? this.#inflate(slot);
  }

  /** Whether this is the open job of its number, and not one that has ended. */
  isOpen(job: OpenJob): boolean {
    return job.slot >= 0 && this.#objects.at(job.slot) === job;
  }

  /** Open jobs that are objects: all that run, and some that wait. */
  objects(): Iterable<OpenJob> {
    return this.#objects.values();
  }

  /** How many of the open jobs are objects. */
  get objectCount(): number {
    return this.#objects.size;
  }

  /** Takes a job in. `stands`: it stood for its re-use key before the shard was loaded. */
  open(job: OpenJob, stands = false): void {
    const { serial, rankClass, rank, weight, createdMicros, bucket, shape } = job;
    const shapeId = shape.id;
    job.slot = this.table.add({ serial, rankClass, rank, weight, createdMicros, bucket, shapeId, groupId: -1 });
    this.#objects.set(job);
    const { queue } = shape.site;
    queue.admitting++;
    queue.ranks?.add(rank);
    this.reuseKeys.add(job.reuseKey, serial, stands);
  }

  /** Lets a job go that is over. */
  close(job: OpenJob): void {
    this.stand(job, undefined);
    const { queue } = job.shape.site;
    queue.ranks?.remove(job.rank);
    this.reuseKeys.remove(job.reuseKey, job.serial);
    this.#objects.delete(job.slot);
    this.table.remove(job.slot);
    job.slot = -1;
  }

  /** Gives an open job another place. It must not wait in its group's list. */
  place(job: OpenJob, { rankClass, rank, weight }: Pick<OpenJob, "rankClass" | "rank" | "weight">): void {
    const { ranks, places } = job.shape.site.queue;
    ranks?.remove(job.rank);
    ranks?.add(rank);
    const list = places?.listOf(job.standing);
    const listed = list?.remove(job.slot) === true;
    Object.assign(job, { rankClass, rank, weight });
    this.table.place(job.slot, job);
    if (listed) list?.insert(job.slot);
  }

  /** Puts a job into its group's list. A job without history becomes columns only. */
  enqueue(job: OpenJob): Lane {
    const lane = this.lanes.laneFor(job.shape.site, job.kind);
    this.lanes.insert(job.slot, lane, job.traits);
    this.stand(job, "queued");
    if (isPlain(job)) this.#objects.delete(job.slot);
    return lane;
  }

  /** Takes a waiting job out of its list; from now on it is this object. */
  dequeue(job: OpenJob): void {
    if (this.lanes.remove(job.slot)) this.#objects.set(job);
  }

  /** Counts a job as standing somewhere else, or nowhere. */
  stand(job: OpenJob, standing: Standing | undefined): void {
    const { queue } = job.shape.site;
    if (job.standing === standing) return;
    if (job.standing) queue.counts[job.standing]--;
    else queue.admitting--;
    if (standing) queue.counts[standing]++;
    const { places } = queue;
    const [from, to] = [places?.listOf(job.standing), places?.listOf(standing)];
    if (from !== to) {
      from?.remove(job.slot);
      to?.insert(job.slot);
    }
    job.standing = standing;
  }

  /** The shape for these properties; `isNew` if it has to be stored with the job. */
  shapeFor(spec: ShapeSpec): { shape: JobShape; isNew: boolean } {
    return this.shapes.shapeFor(spec);
  }

  /** A queue that has been named before. */
  queue(name: string): Queue | undefined {
    return this.shapes.queues.get(name);
  }

  /** The profile of a spec. */
  profileFor(spec: ProfileSpec): Profile {
    return this.lanes.profileFor(spec, () => this.allLanes());
  }

  /** All lanes. */
  *allLanes(): IterableIterator<Lane> {
    for (const queue of this.shapes.queues.values()) yield* queue.lanes;
  }

  /** A runner by name; made when it is first heard of. */
  runner(id: string): RunnerPresence {
    let runner = this.runners.get(id);
    if (!runner) {
      runner = {
        space: this,
        id,
        presentUntil: 0,
        presenceMs: 0,
        presenceTimer: undefined,
        held: new Set(),
        revoked: [],
      };
      this.runners.set(id, runner);
    }
    return runner;
  }

  #inflate(slot: number): OpenJob {
    const { table } = this;
    const group = this.lanes.group(table.groupId[slot] as number) as Group;
    const job = createOpenJob(
      {
        space: this,
        serial: table.serial[slot] as number,
        shape: this.shapes.get(table.shapeId[slot] as number) as JobShape,
        bucket: table.bucket[slot] as number,
        kind: group.lane.kind,
        traits: group.traits,
        rankClass: table.rankClassAt(slot),
        rank: table.rankAt(slot),
        weight: table.weightAt(slot),
        createdMicros: table.createdMicros[slot] as number,
      },
      "queued",
    );
    job.slot = slot;
    job.standing = "queued";
    return job;
  }
}

/** Whether columns are all that there is to know. */
function isPlain(job: OpenJob): boolean {
  return (
    job.attempt === 0 &&
    job.reopen === 0 &&
    job.revision === 1 &&
    job.reuseKey === "" &&
    job.parents.length === 0 &&
    !job.startTimer
  );
}
