import { durationMs } from "@bufbuild/protobuf/wkt";
import { ExecutionTimeoutAction, LostLeaseAction } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import type { SpecInit } from "../world/world.js";

/** What happens to a job over attempts, losses and time, with the contract's defaults filled in. Times in ms; infinite is no limit. */
export interface ModelPolicy {
  readonly maxAttempts: number;
  readonly maxFailures: number;
  readonly maxLostBeforeStart: number;
  readonly maxLostAfterStart: number;
  readonly ignoreLostBeforeStart: boolean;
  readonly failWhenLostBeforeStart: boolean;
  readonly failWhenLostAfterStart: boolean;
  /** Whether there is a back-off at all; how long one is, chance decides. */
  readonly backsOff: boolean;
  readonly leaseMs: number;
  readonly scheduleToStartMs: number;
  readonly executionMs: number;
  readonly loseOnExecutionTimeout: boolean;
}

/** Reads the policies of a job as the contract says they are meant. */
export function policyOf({ policies = {} }: SpecInit): ModelPolicy {
  const { budget = {}, lost = {}, backoff } = policies;
  const limit = (value: number | undefined) => value ?? Number.POSITIVE_INFINITY;
  return {
    maxAttempts: policies.maxAttempts === 0 ? Number.POSITIVE_INFINITY : (policies.maxAttempts ?? 3),
    maxFailures: limit(budget.maxFailures),
    maxLostBeforeStart: limit(budget.maxLostBeforeStart),
    maxLostAfterStart: limit(budget.maxLostAfterStart),
    ignoreLostBeforeStart: budget.ignoreLostBeforeStart ?? false,
    failWhenLostBeforeStart: lost.beforeStart === LostLeaseAction.FAIL,
    failWhenLostAfterStart: lost.afterStart === LostLeaseAction.FAIL,
    backsOff: backoff?.initial !== undefined,
    leaseMs: ms(policies.lease, 30_000),
    scheduleToStartMs: ms(policies.scheduleToStartTimeout, Number.POSITIVE_INFINITY),
    executionMs: ms(policies.executionTimeout, Number.POSITIVE_INFINITY),
    loseOnExecutionTimeout: policies.onExecutionTimeout === ExecutionTimeoutAction.LOSE,
  };
}

/** A duration in ms. */
export function ms(
  duration: { readonly seconds?: bigint; readonly nanos?: number } | undefined,
  absent: number,
): number {
  if (!duration) return absent;
  const { seconds = 0n, nanos = 0 } = duration;
  return durationMs({ $typeName: "google.protobuf.Duration", seconds, nanos });
}
