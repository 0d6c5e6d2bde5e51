import { reasonOf } from "@switchyard/errors";
import type { Attempt } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { CoreAccess } from "../core-access.js";
import { notFound } from "../errors.js";
import { pipelineOperation, readRunId, type RunName } from "./run-id.js";

/** A run: one opening of a job. */
export interface Run {
  /** As the caller wrote it. */
  readonly runId: string;
  /** The job as it is now, with every attempt. */
  readonly job: Job;
  /** The attempts of this run, in their order. */
  readonly attempts: readonly Attempt[];
  /** The job is still in this opening of it; else this run failed and was begun anew under another id. */
  readonly isCurrent: boolean;
}

/** Reads a run; undefined for one that does not exist, and for a text that is no run's id. */
export async function findRun(context: CoreAccess, runId: string): Promise<Run | undefined> {
  const name = readRunId(runId);
  if (name === undefined) return undefined;
  const job = await findJob(context, name);
  if (job === undefined) return undefined;
  if (name.form === "operation") {
    if (job.spec?.kind !== name.operation || name.operation === pipelineOperation) return undefined;
    // The last group of an attempt's id is the short id of the opening that it belongs to.
    const attempts = job.attempts.filter(({ id }) => id.endsWith(name.shortId));
    return { runId, job, attempts, isCurrent: job.shortId === name.shortId };
  }
  // An attempt's id reads as its job to the core, and as nothing to this dialect.
  if (job.spec?.kind !== pipelineOperation || job.id !== name.jobId) return undefined;
  return { runId, job, attempts: job.attempts.filter(({ reopen }) => reopen === job.reopenCount), isCurrent: true };
}

/**
 * Reads a run.
 *
 * @param detail what is said about one that does not exist
 * @throws PipelineError 404
 */
export async function readRun(context: CoreAccess, runId: string, detail: string): Promise<Run> {
  const run = await findRun(context, runId);
  if (run === undefined) throw notFound(detail);
  return run;
}

/**
 * Reads a pipeline run.
 *
 * @throws PipelineError 404
 */
export async function readPipelineRun(context: CoreAccess, runId: string): Promise<Run> {
  if (readRunId(runId)?.form !== "pipeline") throw notFound("Run not found");
  return readRun(context, runId, "Run not found");
}

/**
 * Reads the run of an operation.
 *
 * @throws PipelineError 404
 */
export async function readOperationRun(context: CoreAccess, runId: string): Promise<Run> {
  const detail = "Operation run not found";
  if (readRunId(runId)?.form !== "operation") throw notFound(detail);
  return readRun(context, runId, detail);
}

async function findJob({ core, config }: CoreAccess, name: RunName): Promise<Job | undefined> {
  const by =
    name.form === "operation"
      ? { case: "shortId" as const, value: name.shortId }
      : { case: "jobId" as const, value: name.jobId };
  try {
    const { job } = await core.jobs.getJob({ namespace: config.namespace, by, view: JobView.FULL });
    return job;
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === "JOB_NOT_FOUND" || reason === "MALFORMED_ID" || reason === "ATTEMPT_NOT_FOUND") return undefined;
    throw error;
  }
}
