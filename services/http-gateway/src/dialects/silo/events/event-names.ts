import { type JobEvent, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";

/** The name of an event of the core in this dialect; undefined for one that it does not tell. */
export function eventName({ type, state }: JobEvent): string | undefined {
  if (type !== JobEventType.ENDED) return names[type];
  if (state === JobState.SUCCEEDED) return "job.completed";
  return state === JobState.CANCELLED ? "job.cancelled" : "job.failed";
}

const names: Partial<Record<JobEventType, string>> = {
  [JobEventType.SUBMITTED]: "job.created",
  [JobEventType.CLAIMED]: "job.claimed",
  [JobEventType.PROGRESS]: "job.progress",
  [JobEventType.ATTEMPT_FAILED]: "job.requeued",
  [JobEventType.LEASE_LOST]: "job.requeued",
  [JobEventType.RELEASED]: "job.requeued",
  [JobEventType.REOPENED]: "job.requeued",
  [JobEventType.RUNNER_ONLINE]: "runner.online",
  [JobEventType.RUNNER_OFFLINE]: "runner.offline",
};

/** The events of the core that have a name here. */
export const toldEventTypes: readonly JobEventType[] = [...Object.keys(names).map(Number), JobEventType.ENDED];
