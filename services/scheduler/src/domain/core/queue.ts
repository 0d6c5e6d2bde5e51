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
  /** Groups with this key. */
  groups: number;
  /** Those groups; kept while the queue shares fairly, since a turn moves them all. */
  readonly members: Set<Group>;
}

/** A named order of jobs, in memory. */
export class Queue {
  settings = defaultQueueSettings;
  readonly counts: Record<Standing, number> = { blocked: 0, scheduled: 0, queued: 0, claimed: 0, started: 0 };
  readonly lanes = new Set<Lane>();
  /** Groups with jobs, over all lanes. */
  groups = 0;
  /** Jobs that were decided to be admitted and are not counted yet. */
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

  constructor(readonly name: string) {}

  /** Open jobs. */
  get open(): number {
    const { blocked, scheduled, queued, claimed, started } = this.counts;
    return blocked + scheduled + queued + claimed + started;
  }

  /** The flow of a fairness key. One that was away gets no turns for the time that it was. */
  flow(key: string): Flow {
    let flow = this.#flows.get(key);
    if (!flow) {
      flow = { key, virtual: this.#virtual, groups: 0, members: new Set() };
      this.#flows.set(key, flow);
    } else if (flow.groups === 0) {
      flow.virtual = Math.max(flow.virtual, this.#virtual);
    }
    return flow;
  }

  /** A job of a group was taken: its flow has had a turn, and the queue one among the queues. */
  turn({ flow }: Group): void {
    if (this.settings.weight > 0) this.virtual += 1 / this.settings.weight;
    if (!this.settings.fair) return;
    this.#virtual = Math.max(this.#virtual, flow.virtual);
    flow.virtual += 1 / (this.settings.fairnessWeights[flow.key] || 1);
    for (const group of flow.members) if (group.jobs.size > 0) group.lane.touch(group);
  }

  /** Takes other settings; the order of the groups follows. */
  set(settings: QueueSettings): void {
    const { fair } = this.settings;
    this.settings = settings;
    if (fair === settings.fair) return;
    for (const lane of this.lanes) {
      for (const group of lane.groups()) {
        if (settings.fair) group.flow.members.add(group);
        else group.flow.members.delete(group);
      }
      lane.reorder();
    }
  }

  /** Forgets flows that wait for nothing and are behind, so that keys that never come back cost nothing. */
  dropIdleFlows(): void {
    if (this.#flows.size < 1_024) return;
    for (const [key, flow] of this.#flows)
      if (flow.groups === 0 && flow.virtual <= this.#virtual) this.#flows.delete(key);
  }
}
