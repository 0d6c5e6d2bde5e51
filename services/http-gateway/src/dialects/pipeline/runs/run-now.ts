import { watchJob } from "@switchyard/client";
import { SwitchyardError } from "@switchyard/errors";
import type { OperationResult } from "@switchyard/pipeline-model";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { FastifyRequest } from "fastify";
import type { PipelineContext } from "../context.js";
import type { Work } from "./job-spec.js";
import { failureOf, resultOf, type RunFailure } from "./run-result.js";
import { startRun } from "./start-run.js";

/** A run that has ended. */
export interface FinishedRun {
  readonly runId: string;
  readonly job: Job;
  /** What the worker said; a failure may have one too. */
  readonly result: OperationResult | undefined;
  /** Why it did not end well; undefined if it did. */
  readonly failure: RunFailure | undefined;
}

/**
 * Has the worker do something and waits until it is done, as the synchronous endpoints promise. A caller who goes away
 * ends the wait and not the work.
 *
 * @throws SwitchyardError `CANCELLED` when the caller went away, `SHUTTING_DOWN` when the gateway ends
 */
export async function runNow(
  context: Pick<PipelineContext, "core" | "config" | "stopping">,
  work: Omit<Work, "shown">,
  request: FastifyRequest,
): Promise<FinishedRun> {
  const { core, config, stopping } = context;
  const { runId, coreId } = await startRun(context, { synchronousClass: true, ...work });
  const gone = new AbortController();
  const leave = () => gone.abort(new SwitchyardError("CANCELLED", "the caller went away"));
  const { socket } = request.raw;
  if (socket.destroyed) leave();
  socket.once("close", leave);
  try {
    await untilFinal({ core, config }, coreId, AbortSignal.any([stopping, gone.signal]));
  } finally {
    socket.off("close", leave);
  }
  const by = { case: "jobId" as const, value: coreId };
  const { job } = await core.jobs.getJob({ namespace: config.namespace, by, view: JobView.PAYLOADS });
  if (job === undefined) throw new Error("the scheduler answered without the job");
  return { runId, job, result: resultOf(job.lastAttempt), failure: failureOf(job, job.lastAttempt) };
}

/** Waits for a job's end, or its deletion. */
async function untilFinal(
  { core, config }: Pick<PipelineContext, "core" | "config">,
  coreId: string,
  signal: AbortSignal,
): Promise<void> {
  const updates = watchJob(core.jobs, config.namespace, coreId, { signal });
  for (let next = await updates.next(); next.done !== true; ) next = await updates.next();
}
