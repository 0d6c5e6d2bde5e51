import { type Attempt, AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { EndReason, type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";

/**
 * The attempt whose runner and start a job shows: the last one, if it is live or its end is the job's end. After a
 * release or a loss there is none, although the core remembers it.
 */
export function shownAttempt(job: Job): Attempt | undefined {
  const attempt = job.lastAttempt;
  if (attempt === undefined) return undefined;
  switch (attempt.state) {
    case AttemptState.CLAIMED:
    case AttemptState.STARTED:
    case AttemptState.SUCCEEDED:
    case AttemptState.CANCELLED:
      return attempt;
    case AttemptState.FAILED:
      return job.state === JobState.FAILED && job.endReason === EndReason.REPORTED ? attempt : undefined;
    case AttemptState.LOST:
      return job.endReason === EndReason.LEASE_LOST ? attempt : undefined;
    case AttemptState.TIMED_OUT:
      return job.state === JobState.TIMED_OUT ? attempt : undefined;
    default:
      return undefined;
  }
}
