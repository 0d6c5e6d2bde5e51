import { type Reason, reasonOf } from "@switchyard/errors";
import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { JanitorContext } from "../context.js";
import { isSettled } from "../documents/runs.js";
import { isActive } from "../runs/find-run.js";
import { settleRun } from "../runs/settle-run.js";

const gone: ReadonlySet<Reason> = new Set<Reason>(["JOB_NOT_FOUND", "ATTEMPT_NOT_FOUND"]);

/**
 * Does what follows from the end of an attempt of a job, if nobody has done all of it. A job that has been deleted since leaves nothing to do.
 */
export async function settleEndedJob(context: JanitorContext, jobId: string, number: number): Promise<void> {
  const { core, config } = context;
  const by = { case: "jobId" as const, value: jobId };
  const { job } = await core.jobs
    .getJob({ namespace: config.namespace, by, view: JobView.FULL })
    .catch((error: unknown) => (gone.has(reasonOf(error)) ? { job: undefined } : Promise.reject(error)));
  const attempt = job?.attempts.find((one) => one.number === number);
  if (job === undefined || attempt === undefined || isActive({ job, attempt })) return;
  if (!(await isSettled(context, attempt.id))) await settleRun(context, { job, attempt });
}
