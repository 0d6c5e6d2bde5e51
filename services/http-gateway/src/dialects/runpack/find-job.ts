import { reasonOf } from "@switchyard/errors";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { mayBeJobId, type RunpackContext } from "./context.js";
import { jobTypeOf, needsClientData } from "./job-type.js";

/** Reads a job; undefined for an id that is none of ours, whatever it looks like. */
export async function findJob(
  { core, config }: RunpackContext,
  jobId: string,
  view = JobView.PAYLOADS,
): Promise<Job | undefined> {
  if (!mayBeJobId(jobId)) return undefined;
  const { job } = await core.jobs
    .getJob({ namespace: config.namespace, by: { case: "jobId", value: jobId }, view })
    .catch((error: unknown) => {
      const reason = reasonOf(error);
      const isUnknown = reason === "JOB_NOT_FOUND" || reason === "MALFORMED_ID" || reason === "ATTEMPT_NOT_FOUND";
      return isUnknown ? { job: undefined } : Promise.reject(error);
    });
  // An attempt's id reads as its job to the core, and as nothing to this dialect.
  return job?.id === jobId ? job : undefined;
}

/** The type of a job that was read without its payloads; the few that need them are read again. */
export async function jobTypeOfListed(
  context: RunpackContext,
  { id, spec }: Pick<Job, "id" | "spec">,
): Promise<string> {
  const whole = needsClientData(spec?.kind ?? "") ? await findJob(context, id) : undefined;
  return jobTypeOf(whole?.spec ?? spec);
}
