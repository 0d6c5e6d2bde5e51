import { isRetryable, type Reason, reasonOf } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  type JobResult as ResultMessage,
  SubmittedJob_Disposition as Disposition,
  type SubmittedJob as SubmittedMessage,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Failure, JobResult, SubmittedJob } from "../observation.js";
import { enumWord } from "./enum-word.js";

/** What a submit was answered with. */
export function submittedOf(jobs: readonly SubmittedMessage[]): SubmittedJob[] {
  return jobs.map(({ jobId, disposition, state }) => ({
    job: jobId,
    disposition: enumWord<SubmittedJob["disposition"]>(Disposition, disposition) as SubmittedJob["disposition"],
    state: enumWord(JobState, state),
  }));
}

/** What a cancel, retry or deletion was answered with. */
export function resultsOf(results: readonly ResultMessage[]): JobResult[] {
  return results.map(({ jobId, reason, previousState }) => ({
    job: jobId,
    refused: enumWord(ErrorReason, reason),
    previousState: enumWord(JobState, previousState),
  }));
}

/** Reasons after which a call may have been done all the same, beside those that may be repeated. */
const unclear: ReadonlySet<Reason> = new Set<Reason>(["DEADLINE_EXCEEDED", "CANCELLED", "INTERNAL", "SHUTTING_DOWN"]);

/**
 * How a call failed. Refused for good is surely not done; everything that may be repeated, and every fault, leaves it open. A client that repeats
 * calls by itself may have had one of its tries done before another was refused: record single tries, or say `unknown`.
 */
export function failureOf(error: unknown): Pick<Failure, "done" | "reason"> {
  const reason = reasonOf(error);
  return { reason, done: isRetryable(error) || unclear.has(reason) ? "unknown" : "no" };
}
