import type { JobRequest, ParentRequest } from "../../src/domain/core/admit.js";
import type { JobPolicy, Outcome } from "../../src/domain/core/model.js";
import type { ProfileSpec } from "../../src/domain/core/profile.js";

/** What a job of a test asks for; unsaid things are as usual. */
export interface TestJob {
  readonly queue?: string;
  readonly kind?: string;
  readonly requiredLabels?: Readonly<Record<string, string>>;
  readonly laneLabels?: Readonly<Record<string, string>>;
  readonly concurrencyKeys?: readonly string[];
  readonly rateKeys?: readonly string[];
  readonly fairnessKey?: string;
  readonly rankClass?: number;
  readonly rank?: number;
  readonly weight?: number;
  readonly readyAt?: number;
  readonly parents?: readonly ParentRequest[];
}

const policy: JobPolicy = {
  maxAttempts: 0,
  maxFailures: 0,
  maxLostBeforeStart: 0,
  maxLostAfterStart: 0,
  ignoreLostBeforeStart: false,
  backoffInitialMs: 0,
  backoffMaxMs: 0,
  backoffMultiplier: 2,
  failWhenLostBeforeStart: false,
  failWhenLostAfterStart: false,
  lostMessage: "",
  leaseMs: 30_000,
  holdByRunner: false,
  scheduleToStartMs: 0,
  executionMs: 0,
  loseOnExecutionTimeout: false,
  stopGraceMs: 0,
};

const body = { subject: "", input: undefined, contentType: "", extras: undefined, resumeFrom: 0 };

/** An outcome with nothing but its kind. */
export function outcomeOf(kind: Outcome["kind"], more: Partial<Outcome> = {}): Outcome {
  const nothing = { result: undefined, resultType: "", message: "", facts: "", toFront: false };
  return { ...nothing, kind, retryable: true, retryDelayMs: 0, ...more };
}

/** A profile that says only what matters. */
export function profileOf(spec: Partial<ProfileSpec> = {}): ProfileSpec {
  return { kinds: [{ glob: "*" }], labels: {}, queues: [], exclude: [], ...spec };
}

/** Fills in what a job does not say. */
export function requestOf(item: TestJob): JobRequest {
  const sorted = (labels: Readonly<Record<string, string>> = {}) =>
    Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    shape: {
      queue: item.queue ?? "default",
      requiredLabels: sorted(item.requiredLabels),
      laneLabels: sorted(item.laneLabels),
      policy,
    },
    kind: item.kind ?? "work",
    traits: {
      concurrencyKeys: item.concurrencyKeys ?? [],
      rateKeys: item.rateKeys ?? [],
      fairnessKey: item.fairnessKey ?? "",
    },
    rankClass: item.rankClass ?? 0,
    rank: { rank: item.rank ?? 0 },
    weight: item.weight ?? 1,
    readyAt: item.readyAt ?? 0,
    retention: "QUEUE",
    body,
    reuse: undefined,
    parents: item.parents ?? [],
    idempotencyKey: "",
    fingerprint: undefined,
  };
}
