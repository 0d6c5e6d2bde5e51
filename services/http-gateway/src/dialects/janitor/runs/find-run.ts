import { type Reason, reasonOf } from "@switchyard/errors";
import { type Attempt, AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { Core } from "../core-access.js";
import { noSuchRun } from "../errors.js";
import { runQueue } from "../names.js";

/** A run as the core has it: an attempt of an item. */
export interface Run {
  readonly job: Job;
  readonly attempt: Attempt;
}

const unknown: ReadonlySet<Reason> = new Set<Reason>(["JOB_NOT_FOUND", "ATTEMPT_NOT_FOUND", "MALFORMED_ID"]);

/** Reads a run by its id; undefined for one that this installation never had. */
export async function findRun({ core, config: { namespace } }: Core, runId: string): Promise<Run | undefined> {
  const by = { case: "jobId" as const, value: runId.toLowerCase() };
  const { job, attempt } = await core.jobs
    .getJob({ namespace, by, view: JobView.FULL })
    .catch((error: unknown) =>
      unknown.has(reasonOf(error)) ? { job: undefined, attempt: undefined } : Promise.reject(error),
    );
  // An item's own id reads as a job to the core, and as nothing to this dialect.
  return job === undefined || attempt === undefined ? undefined : { job, attempt };
}

/** Whether a worker has the run now. */
export function isActive({ attempt }: Run): boolean {
  return attempt.state === AttemptState.CLAIMED || attempt.state === AttemptState.STARTED;
}

/**
 * Reads a run that a worker has now.
 *
 * @throws JanitorError 404
 */
export async function activeRun(core: Core, runId: string): Promise<Run> {
  const run = await findRun(core, runId);
  if (run === undefined || !isActive(run)) throw noSuchRun(runId);
  return run;
}

/** Reads every run that a worker has now, the oldest first. */
export async function activeRuns({ core, config: { namespace } }: Core): Promise<Run[]> {
  const runs: Run[] = [];
  let pageToken = "";
  do {
    const filter = { queue: runQueue, states: [JobState.RUNNING] };
    const page = await core.jobs.listJobs({ namespace, filter, pageSize: 1000, pageToken, view: JobView.PAYLOADS });
    for (const job of page.jobs) if (job.lastAttempt !== undefined) runs.push({ job, attempt: job.lastAttempt });
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return runs.filter(isActive).sort((a, b) => startOf(a) - startOf(b));
}

function startOf({ attempt: { claimTime } }: Run): number {
  return claimTime === undefined ? 0 : Number(claimTime.seconds) + claimTime.nanos / 1e9;
}
