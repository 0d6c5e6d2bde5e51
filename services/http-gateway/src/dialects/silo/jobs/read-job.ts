import { reasonOf } from "@switchyard/errors";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { SiloContext } from "../context.js";
import { jobNotFound } from "../errors.js";

/**
 * Reads a job with its payloads, or as far as another view goes.
 *
 * @throws SiloError 404 also for an id that this installation cannot have made
 */
export async function readJob(
  { core, config }: Pick<SiloContext, "core" | "config">,
  jobId: string,
  view = JobView.PAYLOADS,
): Promise<Job> {
  const by = { case: "jobId" as const, value: jobId };
  const { job } = await core.jobs.getJob({ namespace: config.namespace, by, view }).catch((error: unknown) => {
    throw asJobError(error, jobId);
  });
  // An attempt's id reads as its job to the core, and as nothing to this dialect.
  if (job === undefined || job.id !== jobId) throw jobNotFound(jobId);
  return job;
}

/** Gives the core's "not there" the dialect's words. */
export function asJobError(error: unknown, jobId: string): unknown {
  const reason = reasonOf(error);
  return reason === "JOB_NOT_FOUND" || reason === "MALFORMED_ID" ? jobNotFound(jobId) : error;
}
