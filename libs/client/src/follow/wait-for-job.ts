import type { Client } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { isSafelyRepeated, retrying } from "../retry/retrying.js";
import type { JobEnds } from "./job-ends.js";
import { isFinalState } from "./job-states.js";

/** How a job is waited for. */
export interface WaitForJobOptions {
  /** Gives up waiting; the promise rejects with its reason. Default: waits as long as it takes. */
  readonly signal?: AbortSignal;
  /** How much of the ended job to return. Default: with input and result. */
  readonly view?: JobView;
}

/**
 * Settles with the job once it has ended, in whatever state. Nothing is polled; many waits share few streams.
 *
 * @throws SwitchyardError `JOB_NOT_FOUND`, also when the job is deleted meanwhile
 */
export async function waitForJob(
  jobs: Client<typeof JobService>,
  ends: JobEnds,
  namespace: string,
  jobId: string,
  { signal, view = JobView.PAYLOADS }: WaitForJobOptions = {},
): Promise<Job> {
  const call = signal === undefined ? {} : { signal };
  for (;;) {
    await ends.ended(namespace, jobId, signal);
    const { job } = await retrying(() => jobs.getJob({ namespace, by: { case: "jobId", value: jobId }, view }, call), {
      ...call,
      retryable: (error) => isSafelyRepeated(error, signal),
    });
    if (job === undefined) throw new SwitchyardError("JOB_NOT_FOUND", `no job ${jobId}`, { job_id: jobId });
    // It may have been reopened between its end and this read.
    if (isFinalState(job.state)) return job;
  }
}
