import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { SiloError } from "../errors.js";

/**
 * How a runner stands to a job:
 * - `holds`: the job's claim is its own
 * - `never`: it never held the job
 * - `stale`: it held the job, and the claim was lost or is another one than the runner means
 * - `cancelled`: the job was cancelled while it held it
 * - `finished`: it ended the job
 */
export type ClaimRelation = "holds" | "never" | "stale" | "cancelled" | "finished";

/**
 * Says how a runner stands to a job.
 *
 * @param job read with every attempt
 * @param claimId the claim that the runner means; undefined is its last one
 */
export function claimRelation(job: Job, runnerId: string, claimId: string | undefined): ClaimRelation {
  if (!job.attempts.some((attempt) => attempt.runnerId === runnerId)) return "never";
  const last = job.attempts.at(-1);
  if (last === undefined || last.runnerId !== runnerId) return "stale";
  if (claimId !== undefined && last.id !== claimId) return "stale";
  switch (last.state) {
    case AttemptState.CLAIMED:
    case AttemptState.STARTED:
      return "holds";
    case AttemptState.CANCELLED:
      return "cancelled";
    case AttemptState.SUCCEEDED:
      return job.state === JobState.SUCCEEDED ? "finished" : "stale";
    case AttemptState.FAILED:
      return job.state === JobState.FAILED ? "finished" : "stale";
    case AttemptState.TIMED_OUT:
      return job.state === JobState.TIMED_OUT ? "finished" : "stale";
    default:
      return "stale";
  }
}

/** The answer to a report of a runner that does not hold the job, in the contract's words. */
export function claimRefusal(relation: ClaimRelation, jobId: string): SiloError {
  switch (relation) {
    case "never":
      return new SiloError("not_claim_holder", `job ${jobId} is not claimed by this runner`);
    case "cancelled":
      return new SiloError("job_cancelled", `job ${jobId} was cancelled`);
    case "finished":
      return new SiloError("invalid_state", `job ${jobId} is finished`);
    case "holds":
    case "stale":
      return new SiloError("stale_claim", `this runner's claim of job ${jobId} is over`);
  }
}
