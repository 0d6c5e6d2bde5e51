import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { FastifyBaseLogger } from "fastify";
import { readConsole } from "./console.js";
import type { RunpackContext } from "./context.js";
import { errorOf, type ResultView, resultView } from "./mapping.js";
import { type JobStatus, statusOf } from "./vocabulary.js";

/** How the job stands that a submission, or the question for one, has found. */
export interface Standing {
  readonly job_id: string;
  readonly status: JobStatus;
  /** Of a completed job. */
  readonly result?: ResultView;
  /** Of a failed job. */
  readonly error?: string;
}

/**
 * Says how a job stands that was read with its payloads. One whose result may not be given out any more is deleted, and
 * said to have expired.
 */
export async function standingOf(context: RunpackContext, job: Job, log: FastifyBaseLogger): Promise<Standing> {
  const found = { job_id: job.id, status: statusOf(job) };
  if (found.status === "failed") return { ...found, error: errorOf(job) || "Unknown error" };
  if (found.status !== "completed") return found;
  const result = resultView(job, await readConsole(context, job));
  if (result === undefined) return found;
  if (context.resultCheck === undefined || (await context.resultCheck(result.output_data.text))) {
    return { ...found, result };
  }
  await deleteExpired(context, job.id, log);
  return { ...found, status: "expired" };
}

/** Somebody else may have deleted it in the meantime, and a failure leaves it to whoever finds it next. */
async function deleteExpired({ core, config }: RunpackContext, jobId: string, log: FastifyBaseLogger): Promise<void> {
  const request = { namespace: config.namespace, jobIds: [jobId], expectedStates: [JobState.SUCCEEDED] };
  await core.jobs
    .deleteJobs({ ...request, actor: "runpack" })
    .catch((error: unknown) => log.warn({ err: error, job: jobId }, "an expired job was not deleted"));
}
