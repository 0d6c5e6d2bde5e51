import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";

/** The dialect's words for where a job stands. No job is ever `expired`: a result that has expired is deleted. */
export const jobStatuses = ["pending", "claimed", "in_progress", "completed", "failed", "expired"] as const;
/** Where a job stands. */
export type JobStatus = (typeof jobStatuses)[number];

/** The dialect's word for where a job stands. */
export function statusOf({ state, lastAttempt }: Pick<Job, "state" | "lastAttempt">): JobStatus {
  switch (state) {
    case JobState.RUNNING:
      return lastAttempt?.startTime === undefined ? "claimed" : "in_progress";
    case JobState.SUCCEEDED:
      return "completed";
    case JobState.FAILED:
    case JobState.TIMED_OUT:
    case JobState.CANCELLED:
      return "failed";
    default:
      return "pending";
  }
}

/** Which jobs a word stands for. */
export interface StatusFilter {
  readonly states: JobState[];
  readonly started?: boolean;
}

const filters: Readonly<Record<JobStatus, StatusFilter | undefined>> = {
  pending: { states: [JobState.BLOCKED, JobState.SCHEDULED, JobState.QUEUED] },
  claimed: { states: [JobState.RUNNING], started: false },
  in_progress: { states: [JobState.RUNNING], started: true },
  completed: { states: [JobState.SUCCEEDED] },
  failed: { states: [JobState.FAILED, JobState.TIMED_OUT, JobState.CANCELLED] },
  expired: undefined,
};

/** The core's filter for a word; undefined for one that no job fits, known or not. */
export function filterOf(word: string): StatusFilter | undefined {
  return Object.hasOwn(filters, word) ? filters[word as JobStatus] : undefined;
}
