import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import {
  ExecutionTimeoutAction,
  HoldMode,
  type JobPolicies,
  JobPoliciesSchema,
  LostLeaseAction,
} from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import type { JobPolicy } from "../domain/core/model.js";

/** Policies as they are shown, which are those of many jobs; nobody changes a message that was handed over. */
const shown = new WeakMap<JobPolicy, JobPolicies>();

/** Shows the policies that hold for a job, defaults filled in. The same message for the same policies. */
export function policyToProto(policy: JobPolicy): JobPolicies {
  const before = shown.get(policy);
  if (before) return before;
  const policies = makePolicies(policy);
  shown.set(policy, policies);
  return policies;
}

function makePolicies(policy: JobPolicy): JobPolicies {
  const limit = (value: number) => (value > 0 ? value : undefined);
  const span = (ms: number) => (ms > 0 ? durationFromMs(ms) : undefined);
  const action = (fails: boolean) => (fails ? LostLeaseAction.FAIL : LostLeaseAction.REQUEUE);
  return create(JobPoliciesSchema, {
    maxAttempts: policy.maxAttempts,
    budget: {
      ...defined("maxFailures", limit(policy.maxFailures)),
      ...defined("maxLostBeforeStart", limit(policy.maxLostBeforeStart)),
      ...defined("maxLostAfterStart", limit(policy.maxLostAfterStart)),
      ignoreLostBeforeStart: policy.ignoreLostBeforeStart,
    },
    backoff: {
      ...defined("initial", span(policy.backoffInitialMs)),
      max: durationFromMs(policy.backoffMaxMs),
      multiplier: policy.backoffMultiplier,
    },
    lost: {
      beforeStart: action(policy.failWhenLostBeforeStart),
      afterStart: action(policy.failWhenLostAfterStart),
      message: policy.lostMessage,
    },
    lease: durationFromMs(policy.leaseMs),
    hold: policy.holdByRunner ? HoldMode.RUNNER : HoldMode.ATTEMPT,
    ...defined("scheduleToStartTimeout", span(policy.scheduleToStartMs)),
    ...defined("executionTimeout", span(policy.executionMs)),
    onExecutionTimeout: policy.loseOnExecutionTimeout ? ExecutionTimeoutAction.LOSE : ExecutionTimeoutAction.TIME_OUT,
    stopGrace: durationFromMs(policy.stopGraceMs),
  });
}

/** An object with the one property, or without it: optional fields of a message must not be set to undefined. */
export function defined<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
