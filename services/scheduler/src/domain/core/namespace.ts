import { BucketIndex, type SerialMark } from "./bucket-index.js";
import { createProfile, type Lane, type Profile, type ProfileSpec, profileKey } from "./lane.js";
import type { JobPolicy, JobShape, OpenJob, RunnerPresence } from "./model.js";
import { OrderList } from "./order-list.js";

/** Empty lanes are kept for the next job of their sort until there are this many. */
const emptyLaneLimit = 256;

/** What a namespace is loaded with. */
export interface NamespaceSeed {
  readonly id: number;
  readonly name: string;
  /** The largest serial given out. */
  readonly lastSerial: number;
  /** The largest creation time given out, microseconds. */
  readonly lastCreatedMicros: number;
  readonly shapes: readonly JobShape[];
  /** The first jobs of the buckets that are kept. */
  readonly marks: readonly SerialMark[];
}

/** The open work of one namespace. Nothing crosses namespaces. */
export class Namespace {
  readonly id: number;
  readonly name: string;
  readonly jobs = new Map<number, OpenJob>();
  readonly runners = new Map<string, RunnerPresence>();
  readonly shapes = new Map<number, JobShape>();
  /** Where the rows of its jobs lie. */
  readonly buckets: BucketIndex;
  #lastSerial: number;
  #lastCreatedMicros: number;
  readonly #shapesByKey = new Map<string, JobShape>();
  readonly #lanes = new Map<string, Lane>();
  readonly #profiles = new Map<string, Profile>();

  constructor(seed: NamespaceSeed) {
    this.id = seed.id;
    this.name = seed.name;
    this.#lastSerial = seed.lastSerial;
    this.#lastCreatedMicros = seed.lastCreatedMicros;
    this.buckets = new BucketIndex(seed.marks);
    for (const shape of seed.shapes) this.#keepShape(shape);
  }

  /** The next serial. */
  nextSerial(): number {
    return ++this.#lastSerial;
  }

  /** A creation time for `now` (ms) that is later than every earlier one, in microseconds. */
  nextCreatedMicros(now: number): number {
    this.#lastCreatedMicros = Math.max(Math.floor(now * 1_000), this.#lastCreatedMicros + 1);
    return this.#lastCreatedMicros;
  }

  /** The shape for these properties; `isNew` if it has to be stored with the job. */
  shapeFor(spec: Omit<JobShape, "id">): { shape: JobShape; isNew: boolean } {
    const known = this.#shapesByKey.get(shapeKey(spec));
    if (known) return { shape: known, isNew: false };
    const shape = { id: this.shapes.size + 1, ...spec };
    this.#keepShape(shape);
    return { shape, isNew: true };
  }

  /** Notes a shape that another write has stored. */
  #keepShape(shape: JobShape): void {
    this.shapes.set(shape.id, shape);
    this.#shapesByKey.set(shapeKey(shape), shape);
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

  /** The lane of a shape. */
  laneFor(shape: JobShape): Lane {
    const key = JSON.stringify([shape.queue, shape.kind, shape.requiredLabels]);
    const known = this.#lanes.get(key);
    if (known) return known;
    if (this.#lanes.size > emptyLaneLimit) this.#dropEmptyLanes();
    const { queue, kind, requiredLabels } = shape;
    const lane: Lane = { key, queue, kind, requiredLabels, jobs: new OrderList(), profiles: new Set() };
    this.#lanes.set(key, lane);
    for (const profile of this.#profiles.values()) if (profile.fits(lane)) link(profile, lane);
    return lane;
  }

  /** The profile of a spec. */
  profileFor(spec: ProfileSpec): Profile {
    const key = profileKey(spec);
    const known = this.#profiles.get(key);
    if (known) return known;
    if (this.#profiles.size > emptyLaneLimit) this.#dropIdleProfiles();
    const profile = createProfile(key, spec);
    this.#profiles.set(key, profile);
    for (const lane of this.#lanes.values()) if (profile.fits(lane)) link(profile, lane);
    return profile;
  }

  /** Puts a job into its lane's list. */
  enqueue(job: OpenJob): void {
    job.lane = this.laneFor(job.shape);
    job.lane.jobs.insert(job);
  }

  /** Takes a job out of its lane's list. */
  dequeue(job: OpenJob): void {
    job.lane?.jobs.remove(job);
    job.lane = undefined;
  }

  /** All lanes, for reads. */
  lanes(): Iterable<Lane> {
    return this.#lanes.values();
  }

  #dropEmptyLanes(): void {
    for (const lane of this.#lanes.values()) {
      if (lane.jobs.size > 0) continue;
      for (const profile of lane.profiles) profile.lanes.delete(lane);
      this.#lanes.delete(lane.key);
    }
  }

  #dropIdleProfiles(): void {
    for (const profile of this.#profiles.values()) {
      if (profile.users > 0) continue;
      for (const lane of profile.lanes) lane.profiles.delete(profile);
      this.#profiles.delete(profile.key);
    }
  }
}

function link(profile: Profile, lane: Lane): void {
  profile.lanes.add(lane);
  lane.profiles.add(profile);
}

function shapeKey({ queue, kind, requiredLabels, policy }: Omit<JobShape, "id">): string {
  return JSON.stringify([queue, kind, requiredLabels, policyKey(policy)]);
}

// Calls mostly carry one of a few policy objects, whose text is made once.
const policyKeys = new WeakMap<JobPolicy, string>();

function policyKey(policy: JobPolicy): string {
  let key = policyKeys.get(policy);
  if (key === undefined) {
    key = JSON.stringify(Object.entries(policy).sort(([a], [b]) => (a < b ? -1 : 1)));
    policyKeys.set(policy, key);
  }
  return key;
}
