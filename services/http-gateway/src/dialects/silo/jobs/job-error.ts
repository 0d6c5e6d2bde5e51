import { type Attempt, AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { failureText } from "../../../core/failure-text.js";
import { durationSeconds } from "../../../json/timestamp.js";

/**
 * What a job shows as its error: how its last attempt went wrong, until the next claim; null while there is nothing wrong.
 * That of a lost claim begins with `timeout` or `runner lost`.
 */
export function errorOf(job: Job): string | null {
  const { state, lastAttempt } = job;
  if (state === JobState.SUCCEEDED || state === JobState.RUNNING || state === JobState.CANCELLED) return null;
  const words = lastAttempt === undefined ? undefined : attemptError(job, lastAttempt);
  if (words !== undefined) return words;
  if (state === JobState.TIMED_OUT) return `timeout: ${job.endMessage}`;
  return state === JobState.FAILED ? job.endMessage : null;
}

/** How an attempt went wrong; undefined for one that did not. */
export function attemptError(job: Job, attempt: Attempt): string | undefined {
  switch (attempt.state) {
    case AttemptState.FAILED:
      return failureText(attempt, attempt.number === job.attemptCount ? job.endMessage : "");
    case AttemptState.LOST:
      return attempt.endedBy === "execution-timeout" ? timeoutText(job) : "runner lost: it gave no sign of life";
    case AttemptState.TIMED_OUT:
      return timeoutText(job);
    default:
      return undefined;
  }
}

function timeoutText(job: Job): string {
  const seconds = durationSeconds(job.spec?.policies?.executionTimeout);
  return seconds === undefined ? "timeout: the claim expired" : `timeout: the claim expired after ${seconds} seconds`;
}
