import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";

/** Whether a job in this state has ended; only `RetryJobs` opens it again. */
export function isFinalState(state: JobState): boolean {
  return (
    state === JobState.SUCCEEDED ||
    state === JobState.FAILED ||
    state === JobState.TIMED_OUT ||
    state === JobState.CANCELLED
  );
}
