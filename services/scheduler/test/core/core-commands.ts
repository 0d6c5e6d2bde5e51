import fc from "fast-check";
import type { FinalState, OutcomeKind } from "../../src/domain/core/model.js";
import type { KindSelector } from "../../src/domain/core/kind-pattern.js";
import type { ProfileSpec } from "../../src/domain/core/profile.js";
import { defaultQueueSettings, type QueueSettings } from "../../src/domain/core/queue.js";
import type { LimitSpec } from "../../src/domain/core/limit-key.js";
import { profileOf, type TestJob } from "./test-jobs.js";

/** A parent: one that was submitted before, or another item of the batch, both by a number that is taken modulo what there is. */
export interface ParentPick {
  readonly of: "item" | "job";
  readonly pick: number;
  readonly satisfiedBy: readonly FinalState[];
  readonly otherwise: "CANCELLED" | "FAILED";
}

/** One step of a test; numbers that pick something are taken modulo what there is. */
export type Command =
  | { readonly do: "submit"; readonly jobs: readonly (TestJob & { readonly after: readonly ParentPick[] })[] }
  | { readonly do: "claim" | "wait"; readonly profile: ProfileSpec; readonly max: number }
  | { readonly do: "claim-by-id" | "cancel" | "delete" | "stop-waiting"; readonly pick: number }
  | { readonly do: "finish"; readonly pick: number; readonly kind: OutcomeKind; readonly delayMs: number }
  | { readonly do: "reorder"; readonly pick: number; readonly rankClass: number; readonly rank: number }
  | { readonly do: "limit"; readonly key: string; readonly spec: LimitSpec }
  | { readonly do: "queue"; readonly name: string; readonly settings: QueueSettings }
  | { readonly do: "pass"; readonly ms: number };

/** How wide the choices are. */
export interface Width {
  readonly kinds: number;
  readonly queues: number;
  readonly profiles: number;
  /** Fairness keys. */
  readonly flows: number;
  /** How many steps, at least and at most. */
  readonly steps: readonly [number, number];
}

const often = <T>(usual: T, others: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, { weight: 3, arbitrary: others });

const seatKeys = ["c0", "c1", "p-0", "p-1"];
const rateKeys = ["r0", "p-r"];
const finals: FinalState[] = ["SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED"];

/** Sequences of steps. */
export function commandsOf({ kinds, queues, profiles, flows, steps }: Width): fc.Arbitrary<Command[]> {
  const kind = fc.nat(kinds - 1).map((n) => `kind-${n}`);
  const queue = fc.nat(queues - 1).map((n) => `queue-${n}`);
  const parent = fc.record({
    of: fc.constantFrom("item" as const, "job" as const),
    pick: fc.nat(),
    satisfiedBy: fc.subarray(finals, { minLength: 1 }),
    otherwise: fc.constantFrom("CANCELLED" as const, "FAILED" as const),
  });
  const job = fc.record({
    queue,
    kind,
    requiredLabels: often({}, fc.constantFrom<Record<string, string>>({ gpu: "" }, { zone: "eu" })),
    laneLabels: often({}, fc.constantFrom<Record<string, string>>({ host: "a" }, { host: "b" })),
    concurrencyKeys: often([], fc.subarray(seatKeys)),
    rateKeys: fc.oneof(
      { weight: 4, arbitrary: fc.constant<string[]>([]) },
      { weight: 1, arbitrary: fc.subarray(rateKeys) },
    ),
    fairnessKey: fc.nat(flows - 1).map((n) => (n === 0 ? "" : `f${n}`)),
    rankClass: often(0, fc.integer({ min: -1, max: 1 })),
    rank: often(0, fc.integer({ min: -2, max: 2 })),
    readyAt: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(2_000) }),
    after: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(parent, { maxLength: 3 }) },
    ),
  });
  const profile = fc.nat(profiles - 1).chain((n) =>
    fc
      .record({
        kinds: often<KindSelector[]>(
          [{ glob: "*" }],
          fc.array(
            kind.map((exact) => ({ exact })),
            { minLength: 1, maxLength: 3 },
          ),
        ),
        labels: fc.constantFrom<Record<string, string>>({}, { gpu: "1" }, { zone: "eu", gpu: "2" }, { zone: "us" }),
        queues: often([], fc.array(queue, { minLength: 1, maxLength: 2 })),
        exclude: often<ProfileSpec["exclude"]>([], fc.constant([{ label: "host", values: ["a"] }])),
      })
      .map((spec) => profileOf({ ...spec, labels: { ...spec.labels, ...(n > 0 && { n: String(n) }) } })),
  );
  const limit = fc.oneof(
    fc.record({
      key: fc.constantFrom(...seatKeys, "p-*", "*"),
      spec: fc.record({
        seats: fc.constantFrom(undefined, 0, 1, 2),
        ratePerSecond: fc.constant(undefined),
        burst: fc.constant(1),
      }),
    }),
    fc.record({
      key: fc.constantFrom(...rateKeys, "p-*"),
      spec: fc.record({
        seats: fc.constantFrom(undefined, 3),
        ratePerSecond: fc.constantFrom(undefined, 0, 1, 8),
        burst: fc.integer({ min: 1, max: 3 }),
      }),
    }),
  );
  const settings = fc.record({
    paused: fc.constantFrom(false, false, true),
    fair: fc.boolean(),
    fairnessWeights: fc.constantFrom<Record<string, number>>({}, { f1: 2 }, { f1: 4, f2: 0.5 }),
    weight: fc.constantFrom(0, 0, 1, 4),
    draining: fc.nat(9).map((n) => n === 9),
    maxOpenJobs: fc.nat(9).map((n) => (n === 9 ? 15 : 0)),
  });
  const pick = fc.nat();
  const step = fc.oneof<fc.WeightedArbitrary<Command>[]>(
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constant("submit"), jobs: fc.array(job, { minLength: 1, maxLength: 5 }) }),
    },
    { weight: 5, arbitrary: fc.record({ do: fc.constant("claim"), profile, max: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("wait"), profile, max: fc.integer({ min: 1, max: 2 }) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("finish"),
        pick,
        kind: fc.constantFrom("SUCCEEDED", "SUCCEEDED", "FAILED", "RELEASED", "TIMED_OUT"),
        delayMs: often(0, fc.nat(1_500)),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom("claim-by-id", "cancel", "delete", "stop-waiting"), pick }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("reorder"),
        pick,
        rankClass: fc.integer({ min: -1, max: 1 }),
        rank: fc.integer({ min: -2, max: 2 }),
      }),
    },
    { weight: 2, arbitrary: limit.map(({ key, spec }) => ({ do: "limit", key, spec })) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("queue"),
        name: queue,
        settings: settings.map((some) => ({ ...defaultQueueSettings, ...some })),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("pass"), ms: often(200, fc.nat(40_000)) }) },
  );
  const [minLength, maxLength] = steps;
  return fc.array(step, { minLength, maxLength, size: "max" });
}
