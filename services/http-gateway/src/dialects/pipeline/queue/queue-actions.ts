import { randomUUID } from "node:crypto";
import { rankClasses } from "@switchyard/pipeline-model";
import { type Job, RelativeRank_Base } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { CancelMode, type JobResult } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { itemError } from "../../../core/item-error.js";
import type { PipelineContext } from "../context.js";
import { notFound } from "../errors.js";
import { failedStates, waitingStates } from "../vocabulary.js";
import { findItem } from "./find-item.js";

type Core = Pick<PipelineContext, "core" | "config">;

const notFailed = () => notFound("Queue item not found or not in failed state");
const notPending = () => notFound("Queue item not found or not in pending state");

/**
 * Has a failed item done again, before all others.
 *
 * @returns the job as it waits
 * @throws PipelineError 404 for an item that is not there or has not failed
 */
export async function retryItem(context: Core, queueId: string): Promise<Job> {
  const job = await findFailed(context, queueId);
  const { results } = await context.core.jobs.retryJobs({
    namespace: context.config.namespace,
    jobIds: [job.id],
    requestId: randomUUID(),
    expectedStates: failedStates,
    order: {
      rankClass: rankClasses.standard,
      rankBy: { case: "relative", value: { base: RelativeRank_Base.MIN_OPEN_RANK, offset: -1 } },
      weight: job.spec?.order?.weight ?? 0,
    },
  });
  refuse(results, notFailed);
  const reopened = results[0]?.job;
  if (reopened === undefined) throw new Error("the scheduler answered without the job");
  return reopened;
}

/**
 * Takes an item that waits out of the queue.
 *
 * @throws PipelineError 404 for an item that is not there or does not wait
 */
export async function cancelItem(context: Core, queueId: string): Promise<void> {
  const job = await findItem(context, queueId);
  if (job === undefined) throw notPending();
  const { results } = await context.core.jobs.cancelJobs({
    namespace: context.config.namespace,
    jobIds: [job.id],
    expectedStates: waitingStates,
    mode: CancelMode.IMMEDIATE,
  });
  refuse(results, notPending);
}

/**
 * Moves a failed item to the history.
 *
 * @throws PipelineError 404 for an item that is not there or has not failed
 */
export async function dismissItem(context: Core, queueId: string): Promise<void> {
  const job = await findFailed(context, queueId);
  const { results } = await context.core.jobs.dismissJobs({
    namespace: context.config.namespace,
    jobIds: [job.id],
  });
  refuse(results, notFailed);
}

async function findFailed(context: Core, queueId: string): Promise<Job> {
  const job = await findItem(context, queueId);
  if (job === undefined || !failedStates.includes(job.state) || job.dismissed) throw notFailed();
  return job;
}

/** The item was in another state by then, or is gone. */
function refuse(results: readonly JobResult[], refusal: () => Error): void {
  const error = results[0] === undefined ? undefined : itemError(results[0]);
  if (error === undefined) return;
  const expected = ["WRONG_STATE", "ALREADY_FINISHED", "JOB_NOT_FOUND"].includes(error.reason);
  throw expected ? refusal() : error;
}
