import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Dependency_OnUnsatisfied, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { SubmitItemSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import {
  ExecutionTimeoutAction,
  HoldMode,
  LostLeaseAction,
  ReuseState,
} from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import type { JobPlan } from "./plan.js";

/** The item of a submit that a planned job is. */
export function jobToProto({ spec, leaseMs, holdByRunner, backoffMs, rankClass, scripts }: JobPlan) {
  const { maxAttempts, maxFailures, maxLostBeforeStart, maxLostAfterStart, executionTimeoutMs, scheduleToStartMs } =
    spec;
  return {
    spec: {
      kind: spec.kind,
      queue: spec.queue ?? "",
      subject: spec.tag,
      input: { data: Buffer.from(JSON.stringify(scripts)), contentType: "application/json" },
      concurrencyKeys: [...(spec.concurrencyKeys ?? [])],
      rateKeys: [...(spec.rateKeys ?? [])],
      requiredLabels: { ...spec.requiredLabels },
      order: { rankClass, rankBy: { case: undefined } },
      dependencies: (spec.parents ?? []).map(({ job, satisfiedBy = [], otherwise }) => ({
        parent: typeof job === "string" ? { case: "jobId", value: job } : { case: "item", value: job },
        satisfiedBy: satisfiedBy.map((state) => JobState[state]),
        onUnsatisfied: Dependency_OnUnsatisfied[otherwise === "FAILED" ? "FAIL" : "CANCEL"],
      })),
      policies: {
        ...(maxAttempts !== undefined && { maxAttempts }),
        budget: {
          ...(maxFailures !== undefined && { maxFailures }),
          ...(maxLostBeforeStart !== undefined && { maxLostBeforeStart }),
          ...(maxLostAfterStart !== undefined && { maxLostAfterStart }),
          ignoreLostBeforeStart: spec.ignoreLostBeforeStart ?? false,
        },
        backoff: { initial: durationFromMs(backoffMs), max: durationFromMs(2_000), multiplier: 2 },
        lost: {
          beforeStart: spec.failWhenLostBeforeStart ? LostLeaseAction.FAIL : LostLeaseAction.REQUEUE,
          afterStart: spec.failWhenLostAfterStart ? LostLeaseAction.FAIL : LostLeaseAction.REQUEUE,
        },
        lease: durationFromMs(leaseMs),
        hold: holdByRunner ? HoldMode.RUNNER : HoldMode.ATTEMPT,
        stopGrace: durationFromMs(500),
        ...(executionTimeoutMs !== undefined && { executionTimeout: durationFromMs(executionTimeoutMs) }),
        ...(scheduleToStartMs !== undefined && { scheduleToStartTimeout: durationFromMs(scheduleToStartMs) }),
        onExecutionTimeout: ExecutionTimeoutAction[spec.onExecutionTimeout ?? "TIME_OUT"],
      },
      ...(spec.startTime !== undefined && { startTime: timestampFromMs(spec.startTime) }),
      ...(spec.reuseKey !== undefined && {
        reuse: { key: spec.reuseKey, states: (spec.reuseStates ?? []).map((state) => ReuseState[state as "ACTIVE"]) },
      }),
    },
  } as MessageInitShape<typeof SubmitItemSchema>;
}
