import {
  ExecutionTimeoutAction,
  HoldMode,
  type JobPolicies,
  LostLeaseAction,
} from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import type { JobPolicy } from "../domain/core/model.js";
import { checkRange, durationField, storable } from "./fields.js";

const day = 86_400_000;

/** What holds when nothing is said. */
const defaultPolicy: JobPolicy = {
  maxAttempts: 3,
  maxFailures: 0,
  maxLostBeforeStart: 0,
  maxLostAfterStart: 0,
  ignoreLostBeforeStart: false,
  backoffInitialMs: 0,
  backoffMaxMs: 600_000,
  backoffMultiplier: 2,
  failWhenLostBeforeStart: false,
  failWhenLostAfterStart: false,
  lostMessage: "",
  leaseMs: 30_000,
  holdByRunner: false,
  scheduleToStartMs: 0,
  executionMs: 0,
  loseOnExecutionTimeout: false,
  stopGraceMs: 5_000,
};

/** Checks and translates the policies of a job. Equal ones are mostly one object, by which their shape is found without making a text of them. */
export function policyFromProto(policies: JobPolicies | undefined): JobPolicy {
  if (!policies) return defaultPolicy;
  const { backoff, budget, lost } = policies;
  return internPolicy({
    // In the contract "no limit" is unset, except for `max_attempts`, where it is 0; inside it is 0 everywhere.
    maxAttempts: checkRange("policies.max_attempts", policies.maxAttempts ?? defaultPolicy.maxAttempts, 0, 65_535),
    maxFailures: limitFromProto("max_failures", budget?.maxFailures),
    maxLostBeforeStart: limitFromProto("max_lost_before_start", budget?.maxLostBeforeStart),
    maxLostAfterStart: limitFromProto("max_lost_after_start", budget?.maxLostAfterStart),
    ignoreLostBeforeStart: budget?.ignoreLostBeforeStart ?? false,
    backoffInitialMs: durationField("policies.backoff.initial", backoff?.initial, 0, 0, day),
    backoffMaxMs: durationField("policies.backoff.max", backoff?.max, defaultPolicy.backoffMaxMs, 0, 30 * day),
    backoffMultiplier: checkRange("policies.backoff.multiplier", backoff?.multiplier || 2, 1, 100),
    failWhenLostBeforeStart: lost?.beforeStart === LostLeaseAction.FAIL,
    failWhenLostAfterStart: lost?.afterStart === LostLeaseAction.FAIL,
    lostMessage: storable(lost?.message ?? ""),
    leaseMs: durationField("policies.lease", policies.lease, defaultPolicy.leaseMs, 1_000, 7 * day),
    holdByRunner: policies.hold === HoldMode.RUNNER,
    scheduleToStartMs: durationField(
      "policies.schedule_to_start_timeout",
      policies.scheduleToStartTimeout,
      0,
      1,
      365 * day,
    ),
    executionMs: durationField("policies.execution_timeout", policies.executionTimeout, 0, 1, 365 * day),
    loseOnExecutionTimeout: policies.onExecutionTimeout === ExecutionTimeoutAction.LOSE,
    stopGraceMs: durationField("policies.stop_grace", policies.stopGrace, defaultPolicy.stopGraceMs, 0, 3_600_000),
  });
}

function limitFromProto(field: string, value: number | undefined): number {
  return value === undefined ? 0 : checkRange(`policies.budget.${field}`, value, 1, 65_535);
}

/** Policies that were asked for lately, the last one first: callers have few, and each comes with every one of their jobs. */
const recent: JobPolicy[] = [];
const mostRecent = 8;
const fields = Object.keys(defaultPolicy) as (keyof JobPolicy)[];

function internPolicy(policy: JobPolicy): JobPolicy {
  const at = recent.findIndex((known) => fields.every((field) => known[field] === policy[field]));
  if (at === 0) return recent[0] as JobPolicy;
  const found = at < 0 ? policy : (recent[at] as JobPolicy);
  if (at > 0) recent.splice(at, 1);
  recent.unshift(found);
  if (recent.length > mostRecent) recent.pop();
  return found;
}
