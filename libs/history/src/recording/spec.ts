import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type Dependency,
  Dependency_OnUnsatisfied as OnUnsatisfied,
  type JobSpec as SpecMessage,
  JobSpecSchema,
  JobState,
} from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  ExecutionTimeoutAction,
  type JobPolicies,
  LostLeaseAction,
  ReuseState,
} from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import type { JobState as State } from "../job-event.js";
import type { JobSpec, Parent } from "../job-spec.js";
import { enumWord } from "./enum-word.js";
import { msOf, spanOf } from "./times.js";

/** What a job is asked for with, or what a read says that it was. Its subject, if it has one, is its tag: subjects must be unique to items. */
export function specOf(init: MessageInitShape<typeof JobSpecSchema>): JobSpec {
  const spec = create(JobSpecSchema, init);
  const { subject, queue, kind, concurrencyKeys, rateKeys, dependencies, startTime, requiredLabels } = spec;
  return {
    kind,
    queue: queue || "default",
    ...(subject !== "" && { tag: subject }),
    ...(concurrencyKeys.length > 0 && { concurrencyKeys }),
    ...(rateKeys.length > 0 && { rateKeys }),
    ...(dependencies.length > 0 && { parents: dependencies.map(parentOf) }),
    ...(startTime && { startTime: msOf(startTime) }),
    ...(Object.keys(requiredLabels).length > 0 && { requiredLabels }),
    ...reuseOf(spec),
    ...(spec.policies && policiesOf(spec.policies)),
  };
}

function parentOf({ parent, satisfiedBy, onUnsatisfied }: Dependency): Parent {
  return {
    job: parent.value ?? "",
    satisfiedBy: satisfiedBy.map((state) => enumWord<State>(JobState, state) as State),
    otherwise: onUnsatisfied === OnUnsatisfied.FAIL ? "FAILED" : "CANCELLED",
  };
}

function reuseOf({ reuse }: SpecMessage): Partial<JobSpec> {
  if (!reuse) return {};
  const states = reuse.states.map((state) => enumWord<State | "ACTIVE">(ReuseState, state) as State | "ACTIVE");
  return { reuseStates: states, ...(reuse.key !== "" && { reuseKey: reuse.key }) };
}

function policiesOf(policies: JobPolicies): Partial<JobSpec> {
  const { maxAttempts, budget, lost, executionTimeout, scheduleToStartTimeout, onExecutionTimeout } = policies;
  return {
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(budget?.maxFailures !== undefined && { maxFailures: budget.maxFailures }),
    ...(budget?.maxLostBeforeStart !== undefined && { maxLostBeforeStart: budget.maxLostBeforeStart }),
    ...(budget?.maxLostAfterStart !== undefined && { maxLostAfterStart: budget.maxLostAfterStart }),
    ...(budget?.ignoreLostBeforeStart && { ignoreLostBeforeStart: true }),
    ...(lost?.beforeStart === LostLeaseAction.FAIL && { failWhenLostBeforeStart: true }),
    ...(lost?.afterStart === LostLeaseAction.FAIL && { failWhenLostAfterStart: true }),
    ...(executionTimeout && { executionTimeoutMs: spanOf(executionTimeout) }),
    ...(scheduleToStartTimeout && { scheduleToStartMs: spanOf(scheduleToStartTimeout) }),
    ...(onExecutionTimeout === ExecutionTimeoutAction.LOSE && { onExecutionTimeout: "LOSE" as const }),
  };
}
