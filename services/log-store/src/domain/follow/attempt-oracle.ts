import type { Client } from "@connectrpc/connect";
import { reasonOf } from "@switchyard/errors";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { AttemptKey } from "../../model/stream-key.js";

/** Says whether an attempt of which nothing was ever written is over; false when that is not known. Never rejects. */
export type AttemptOracle = (key: AttemptKey) => Promise<boolean>;

/** A first entry that comes meanwhile waits for the answer, so there is no long wait for one. */
const timeoutMs = 1_000;
const live: readonly AttemptState[] = [AttemptState.CLAIMED, AttemptState.STARTED];
const final: readonly JobState[] = [JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.TIMED_OUT];

/**
 * Asks whoever decides about attempts. Most attempts write no log at all; that they have ended is kept there, and storing it here again would cost more
 * than the whole end of a job. A job that is not there any more is over.
 */
export function createAttemptOracle(jobs: Client<typeof JobService>): AttemptOracle {
  return async ({ namespace, jobId, attempt }) => {
    try {
      const { job } = await jobs.getJob({ namespace, by: { case: "jobId", value: jobId } }, { timeoutMs });
      if (!job) return false;
      const { number = 0, state = AttemptState.UNSPECIFIED } = job.lastAttempt ?? {};
      return attempt < number || final.includes(job.state) || (attempt === number && !live.includes(state));
    } catch (error) {
      return reasonOf(error) === "JOB_NOT_FOUND";
    }
  };
}
