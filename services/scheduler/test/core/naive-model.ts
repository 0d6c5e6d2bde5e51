import { matchesGlob } from "../../src/domain/core/kind-pattern.js";
import { type LimitSpec, unlimited } from "../../src/domain/core/limit-key.js";
import type { FinalState, ParentEdge } from "../../src/domain/core/model.js";
import { compareOrder } from "../../src/domain/core/order.js";
import type { ProfileSpec } from "../../src/domain/core/profile.js";
import { defaultQueueSettings, type QueueSettings } from "../../src/domain/core/queue.js";

/** A job as the model knows it: everything, in one object. */
export interface ModelJob {
  readonly serial: number;
  readonly queue: string;
  readonly kind: string;
  readonly requiredLabels: Readonly<Record<string, string>>;
  readonly laneLabels: Readonly<Record<string, string>>;
  readonly concurrencyKeys: readonly string[];
  readonly rateKeys: readonly string[];
  readonly fairnessKey: string;
  rankClass: number;
  rank: number;
  readonly weight: number;
  readyAt: number;
  /** Parents that have not ended. */
  parents: ParentEdge[];
  /** `aside`: a write about it is on the way. */
  state: "aside" | "blocked" | "scheduled" | "waiting" | "running";
  /** Which parent failed it. */
  failedBy: ParentEdge | undefined;
  attempt: number;
}

interface ModelQueue {
  settings: QueueSettings;
  /** Virtual time among its flows, and theirs. */
  virtual: number;
  readonly flows: Map<string, number>;
  /** Turns among the queues. */
  turns: number;
}

/**
 * What the core must decide, said in the plainest way: all jobs in one list, everything found by looking at all of them. Nothing here is fast, and nothing
 * is remembered that could be counted.
 */
export class NaiveModel {
  readonly jobs = new Map<number, ModelJob>();
  readonly ended = new Map<number, FinalState>();
  readonly limits = new Map<string, LimitSpec>();
  readonly #queues = new Map<string, ModelQueue>();
  readonly #buckets = new Map<string, { spec: LimitSpec; tokens: number; at: number }>();
  #turns = 0;

  queue(name: string): ModelQueue {
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = { settings: defaultQueueSettings, virtual: 0, flows: new Map(), turns: 0 };
      this.#queues.set(name, queue);
    }
    return queue;
  }

  /** Jobs in a state. */
  in(state: ModelJob["state"]): ModelJob[] {
    return [...this.jobs.values()].filter((job) => job.state === state);
  }

  /** A job stands in line from now on. A flow or queue that had nothing in line gets no turns for that time. */
  enter(job: ModelJob): void {
    const queue = this.queue(job.queue);
    const others = this.in("waiting").filter((other) => other.queue === job.queue);
    if (others.length === 0) queue.turns = Math.max(queue.turns, this.#turns);
    if (!others.some(({ fairnessKey }) => fairnessKey === job.fairnessKey)) {
      queue.flows.set(job.fairnessKey, Math.max(queue.flows.get(job.fairnessKey) ?? 0, queue.virtual));
    }
    job.state = "waiting";
    job.readyAt = 0;
  }

  /** A job is taken from the line: tokens are spent and turns taken. Jobs that a waiting runner gets at once take no turn. */
  take(job: ModelJob, now: number, fromLine: boolean): void {
    if (fromLine) {
      const queue = this.queue(job.queue);
      const { weight, fair, fairnessWeights } = queue.settings;
      if (weight > 0) {
        this.#turns = Math.max(this.#turns, queue.turns);
        queue.turns += 1 / weight;
      }
      if (fair) {
        const turns = queue.flows.get(job.fairnessKey) ?? 0;
        queue.virtual = Math.max(queue.virtual, turns);
        queue.flows.set(job.fairnessKey, turns + 1 / (fairnessWeights[job.fairnessKey] || 1));
      }
    }
    for (const name of job.rateKeys) {
      const bucket = this.#bucket(name);
      if (bucket.spec.ratePerSecond === undefined) continue;
      bucket.tokens = this.level(name, now) - 1;
      bucket.at = now;
    }
    job.state = "running";
    job.attempt++;
  }

  setQueue(name: string, settings: QueueSettings): void {
    const queue = this.queue(name);
    const wasAway = queue.settings.paused || queue.settings.weight === 0;
    queue.settings = settings;
    if (wasAway && !settings.paused && settings.weight > 0) queue.turns = Math.max(queue.turns, this.#turns);
  }

  setLimit(name: string, spec: LimitSpec, now: number): void {
    if (spec.seats === undefined && spec.ratePerSecond === undefined) this.limits.delete(name);
    else this.limits.set(name, spec);
    for (const [key, bucket] of this.#buckets) {
      const present = this.#specOf(key);
      if (present === bucket.spec) continue;
      const level = this.level(key, now);
      const wasFull = bucket.spec.ratePerSecond === undefined || level >= bucket.spec.burst;
      bucket.tokens = wasFull ? present.burst : Math.min(level, present.burst);
      bucket.at = now;
      bucket.spec = present;
    }
  }

  /** Running jobs that name a key. */
  seatsUsed(key: string): number {
    return this.in("running").filter(({ concurrencyKeys }) => concurrencyKeys.includes(key)).length;
  }

  /** Jobs in line that name a key. */
  inLineFor(sort: "concurrency" | "rate", key: string): number {
    return this.in("waiting").filter((job) => job[`${sort}Keys`].includes(key)).length;
  }

  level(key: string, now: number): number {
    const { spec, tokens, at } = this.#bucket(key);
    return Math.min(spec.burst, tokens + (Math.max(0, now - at) / 1_000) * (spec.ratePerSecond ?? 0));
  }

  /** Whether the keys of a job let it start. */
  hasRoom(job: ModelJob, now: number): boolean {
    const seated = job.concurrencyKeys.every((key) => {
      const { seats } = this.#specOf(key);
      return seats === undefined || this.seatsUsed(key) < seats;
    });
    const rated = (key: string) => this.#specOf(key).ratePerSecond === undefined || this.level(key, now) >= 1;
    return seated && job.rateKeys.every(rated);
  }

  /** Jobs that a runner could be given now, by their places. */
  claimable(profile: ProfileSpec, now: number): ModelJob[] {
    return this.in("waiting")
      .filter((job) => fits(profile, job) && !this.queue(job.queue).settings.paused && this.hasRoom(job, now))
      .sort(compareOrder);
  }

  /** The job that a runner must be given next. */
  best(profile: ProfileSpec, now: number): ModelJob | undefined {
    const heads = new Map<string, ModelJob>();
    for (const job of this.claimable(profile, now)) {
      const head = heads.get(job.queue);
      const queue = this.queue(job.queue);
      const turns = ({ fairnessKey }: ModelJob) => (queue.settings.fair ? (queue.flows.get(fairnessKey) ?? 0) : 0);
      if (!head || turns(job) < turns(head)) heads.set(job.queue, job);
    }
    const weighted: ModelJob[] = [];
    const others: ModelJob[] = [];
    for (const head of heads.values()) (this.queue(head.queue).settings.weight > 0 ? weighted : others).push(head);
    // Queues with weights share among themselves; against the others the order of the jobs decides.
    weighted.sort((a, b) => this.queue(a.queue).turns - this.queue(b.queue).turns || compareOrder(a, b));
    return [...weighted.slice(0, 1), ...others].sort(compareOrder)[0];
  }

  /** Whether anything but the order of the jobs decides somewhere. */
  sharesTurns(): boolean {
    return [...this.#queues.values()].some(({ settings }) => settings.fair || settings.weight > 0);
  }

  /** Why a queue takes no more jobs; undefined if it does. */
  refusal(queueName: string, more: number): string | undefined {
    const { settings } = this.queue(queueName);
    const open = [...this.jobs.values()].filter(({ queue }) => queue === queueName).length;
    if (settings.draining) return "WRONG_STATE";
    return settings.maxOpenJobs > 0 && open + more > settings.maxOpenJobs ? "QUOTA_EXCEEDED" : undefined;
  }

  #specOf(key: string): LimitSpec {
    const own = this.limits.get(key);
    if (own) return own;
    const patterns = [...this.limits.keys()].filter((name) => name.endsWith("*") && key.startsWith(name.slice(0, -1)));
    const longest = patterns.sort((a, b) => b.length - a.length)[0];
    return (longest && this.limits.get(longest)) || unlimited;
  }

  #bucket(key: string) {
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      const spec = this.#specOf(key);
      bucket = { spec, tokens: spec.burst, at: 0 };
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }
}

/** Whether a runner can do a job. */
export function fits(profile: ProfileSpec, job: ModelJob): boolean {
  const { kinds, labels, queues, exclude } = profile;
  return (
    (queues.length === 0 || queues.includes(job.queue)) &&
    kinds.some((by) => ("exact" in by ? by.exact === job.kind : matchesGlob(by.glob, job.kind))) &&
    Object.entries(job.requiredLabels).every(
      ([name, value]) => labels[name] !== undefined && (value === "" || labels[name] === value),
    ) &&
    !exclude.some(({ label, values }) => values.includes(job.laneLabels[label] ?? "\u0000"))
  );
}
