import { compileKindSelectors, type KindSelector } from "./kind-pattern.js";
import type { OpenJob } from "./model.js";
import { compareOrder, type OrderList } from "./order-list.js";
import type { Waiter } from "./waiter.js";

/** The waiting jobs of one queue, kind and set of required labels: whoever can do one of them can do all. */
export interface Lane {
  readonly key: string;
  readonly queue: string;
  readonly kind: string;
  readonly requiredLabels: readonly (readonly [string, string])[];
  readonly jobs: OrderList<OpenJob>;
  /** Profiles that it fits. */
  readonly profiles: Set<Profile>;
}

/** What a runner can do, as it says. */
export interface ProfileSpec {
  readonly kinds: readonly KindSelector[];
  readonly labels: Readonly<Record<string, string>>;
  /** Only these queues; empty is all. */
  readonly queues: readonly string[];
}

/** A profile in use, with the lanes that fit it and the runners that wait with it. Interned: equal specs share one. */
export interface Profile {
  readonly key: string;
  readonly fits: (lane: Lane) => boolean;
  readonly lanes: Set<Lane>;
  /** Runners that wait, longest first. */
  readonly waiting: Waiter[];
  /** Waiters that refer to it, waiting or not; while there are any it stays. */
  users: number;
}

/** Text that is equal for equal profiles. */
export function profileKey(spec: ProfileSpec): string {
  const labels = Object.entries(spec.labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([spec.kinds, labels, spec.queues]);
}

/** Compiles a profile; `lanes` and `waiting` are the namespace's to fill. */
export function createProfile(key: string, spec: ProfileSpec): Profile {
  const selects = compileKindSelectors(spec.kinds);
  const labels = new Map(Object.entries(spec.labels));
  const queues = spec.queues.length > 0 ? new Set(spec.queues) : undefined;
  const fits = (lane: Lane) =>
    (!queues || queues.has(lane.queue)) &&
    lane.requiredLabels.every(([name, value]) => (value === "" ? labels.has(name) : labels.get(name) === value)) &&
    selects(lane.kind);
  return { key, fits, lanes: new Set(), waiting: [], users: 0 };
}

/** The job that a profile gets next: the best head over all of its lanes. */
export function bestJob(profile: Profile): OpenJob | undefined {
  let best: OpenJob | undefined;
  for (const lane of profile.lanes) {
    const head = lane.jobs.first();
    if (head && (!best || compareOrder(head, best) < 0)) best = head;
  }
  return best;
}
