import type { Group } from "./group.js";
import type { Lane } from "./lane.js";
import type { MinMultiset } from "./min-multiset.js";
import type { PlaceIndex } from "./place-index.js";

/** What can be set on a queue; see `QueueSettings` of the contract. Times in ms; 0 is none. */
export interface QueueSettings {
  readonly paused: boolean;
  readonly fair: boolean;
  readonly fairnessWeights: Readonly<Record<string, number>>;
  readonly weight: number;
  readonly retentionMs: number;
  readonly keepDeadLetters: boolean;
  readonly omitSubjectAggregates: boolean;
  readonly maxOpenJobs: number;
  /** Submits are refused. */
  readonly draining: boolean;
}

/** What holds for a queue that nobody has set. */
export const defaultQueueSettings: QueueSettings = {
  paused: false,
  fair: false,
  fairnessWeights: {},
  weight: 0,
  retentionMs: 0,
  keepDeadLetters: false,
  omitSubjectAggregates: false,
  maxOpenJobs: 0,
  draining: false,
};

/** Where an open job stands, as it is counted. */
export type Standing = "blocked" | "scheduled" | "queued" | "claimed" | "started";

/** The turns of one fairness key: whoever has had least, for its weight, is next. */
export interface Flow {
  readonly key: string;
  /** Turns taken, divided by the weight. */
  virtual: number;
  /** Groups with jobs. */
  groups: number;
  /** Those groups, while the queue shares fairly: a turn moves them all, so it costs as much as there are kinds of jobs waiting with the key. */
  readonly members: Set<Group>;
}

/** How far the turns among the queues of a namespace have come. */
export interface QueueTurns {
  now: number;
}

/** Flows are looked through for those that can be forgotten when there are this many, and whenever their number has doubled. */
const manyFlows = 1_024;

/** A named order of jobs, in memory. */
export class Queue {
  settings = defaultQueueSettings;
  readonly counts: Record<Standing, number> = { blocked: 0, scheduled: 0, queued: 0, claimed: 0, started: 0 };
  readonly lanes = new Set<Lane>();
  /** Groups with jobs, over all lanes. */
  groups = 0;
  /** Jobs whose admission is on the way. */
  admitting = 0;
  /** Last event number of the queue. */
  version = 0;
  /** Ranks of all open jobs; kept once a rank relative to their minimum was asked for. */
  ranks: MinMultiset | undefined;
  /** Kept once a place was asked for that could not be added up over the groups. */
  places: PlaceIndex | undefined;
  /** Turns of this queue among others with weights. */
  virtual = 0;
  readonly #flows = new Map<string, Flow>();
  /** Virtual time: where a flow begins that comes, or comes back. */
  #virtual = 0;
  #sweepAt = manyFlows;

  constructor(
    readonly name: string,
    /** Shared by the queues of a namespace. */
    private readonly turns: QueueTurns,
  ) {}

  /** Open jobs, those included whose admission is on the way. */
  get open(): number {
    const { blocked, scheduled, queued, claimed, started } = this.counts;
    return this.admitting + blocked + scheduled + queued + claimed + started;
  }

  /** A group gets its first job. A flow that had none gets no turns for the time that it was away, and neither does a queue. */
  join(group: Group): void {
    if (this.groups++ === 0) this.#catchUp();
    const flow = this.#flow(group.traits.fairnessKey);
    if (flow.groups++ === 0) flow.virtual = Math.max(flow.virtual, this.#virtual);
    group.flow = flow;
    if (this.settings.fair) flow.members.add(group);
  }

  /** A group has lost its last job. */
  leave(group: Group): void {
    const flow = group.flow as Flow;
    this.groups--;
    flow.groups--;
    flow.members.delete(group);
  }

  /** What a group is ordered by before the places of its jobs. */
  turnsOf({ flow }: Group): number {
    return this.settings.fair && flow ? flow.virtual : 0;
  }

  /** A job of a group was taken: its flow has had a turn, and the queue one among the queues. */
  turn({ flow }: Group): void {
    const { weight, fair, fairnessWeights } = this.settings;
    if (weight > 0) {
      this.turns.now = Math.max(this.turns.now, this.virtual);
      this.virtual += 1 / weight;
    }
    if (!fair || !flow) return;
    this.#virtual = Math.max(this.#virtual, flow.virtual);
    flow.virtual += 1 / (fairnessWeights[flow.key] || 1);
    for (const group of flow.members) group.lane.touch(group);
  }

  /** Takes other settings; the order of the groups follows. */
  set(settings: QueueSettings): void {
    const before = this.settings;
    this.settings = settings;
    if (before.paused || before.weight === 0) this.#catchUp();
    if (before.fair === settings.fair) return;
    for (const lane of this.lanes) {
      for (const group of [...lane.groups()]) {
        if (settings.fair) group.flow?.members.add(group);
        else group.flow?.members.delete(group);
        lane.touch(group);
      }
    }
  }

  #catchUp(): void {
    this.virtual = Math.max(this.virtual, this.turns.now);
  }

  #flow(key: string): Flow {
    let flow = this.#flows.get(key);
    if (flow) return flow;
    if (this.#flows.size >= this.#sweepAt) this.#dropIdleFlows();
    flow = { key, virtual: this.#virtual, groups: 0, members: new Set() };
    this.#flows.set(key, flow);
    return flow;
  }

  /** Forgets flows that wait for nothing and are behind, so that keys that never come back cost nothing. */
  #dropIdleFlows(): void {
    for (const [key, flow] of this.#flows)
      if (flow.groups === 0 && flow.virtual <= this.#virtual) this.#flows.delete(key);
    this.#sweepAt = Math.max(manyFlows, 2 * this.#flows.size);
  }
}
