import { reasonOf } from "@switchyard/errors";
import { concurrencyKeys, queues } from "@switchyard/pipeline-model";
import { RunnerState } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import type { PipelineContext } from "../context.js";

type Core = Pick<PipelineContext, "core" | "config">;

/** How many pipeline runs hold a seat at this moment. */
export async function countActiveRuns({ core, config }: Core): Promise<number> {
  const { limits } = await core.queues.listLimits({ namespace: config.namespace, pageSize: 1000 });
  return limits.find(({ key }) => key === concurrencyKeys.pipeline)?.seatsUsed ?? 0;
}

/** Whether a worker is connected: PDFs are made by the worker too. */
export async function hasWorker({ core, config }: Core): Promise<boolean> {
  const { total } = await core.fleet.listRunners({
    namespace: config.namespace,
    states: [RunnerState.IDLE, RunnerState.BUSY],
    pageSize: 1,
  });
  return total > 0n;
}

/** Items of the queue by state. */
export interface QueueDepth {
  readonly waiting: number;
  readonly running: number;
  readonly failed: number;
}

/** Counts the items of the queue. The failed ones are those that nobody has dismissed, up to a hundred. */
export async function readQueueDepth({ core, config }: Core): Promise<QueueDepth> {
  const request = { namespace: config.namespace, name: queues.shown, deadLetters: 100 };
  const { queue, deadLetters } = await core.queues.getQueue(request).catch((error: unknown) => {
    if (reasonOf(error) === "QUEUE_NOT_FOUND") return { queue: undefined, deadLetters: [] };
    throw error;
  });
  const counts = queue?.counts;
  return {
    waiting: Number((counts?.blocked ?? 0n) + (counts?.scheduled ?? 0n) + (counts?.queued ?? 0n)),
    running: Number((counts?.claimed ?? 0n) + (counts?.started ?? 0n)),
    failed: deadLetters.length,
  };
}
