import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";

/** Where the run of an operation stands. A cancelled one is shown as failed: clients stop at no other word. */
export const operationStatuses = ["queued", "running", "completed", "failed"] as const;
/** Where the run of an operation stands. */
export type OperationStatus = (typeof operationStatuses)[number];

/** Where a pipeline run stands. */
export const pipelineStatuses = [...operationStatuses, "cancelled"] as const;
/** Where a pipeline run stands. */
export type PipelineStatus = (typeof pipelineStatuses)[number];

/** Where an item of the queue stands. */
export const itemStatuses = ["pending", "running", "completed", "failed", "cancelled"] as const;
/** Where an item of the queue stands. */
export type ItemStatus = (typeof itemStatuses)[number];

/** States of a job that waits. */
export const waitingStates = [JobState.BLOCKED, JobState.SCHEDULED, JobState.QUEUED];

/** States of a job that ended badly, and may be tried again. */
export const failedStates = [JobState.FAILED, JobState.TIMED_OUT];

/** The word for a pipeline run. */
export function pipelineStatusOf(state: JobState): PipelineStatus {
  switch (state) {
    case JobState.RUNNING:
      return "running";
    case JobState.SUCCEEDED:
      return "completed";
    case JobState.FAILED:
    case JobState.TIMED_OUT:
      return "failed";
    case JobState.CANCELLED:
      return "cancelled";
    default:
      return "queued";
  }
}

/** The word for the run of an operation. */
export function operationStatusOf(state: JobState): OperationStatus {
  const status = pipelineStatusOf(state);
  return status === "cancelled" ? "failed" : status;
}

/** The word for an item of the queue. */
export function itemStatusOf(state: JobState): ItemStatus {
  const status = pipelineStatusOf(state);
  return status === "queued" ? "pending" : status;
}
