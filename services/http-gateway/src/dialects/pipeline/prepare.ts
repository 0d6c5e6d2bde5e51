import { create } from "@bufbuild/protobuf";
import { reasonOf } from "@switchyard/errors";
import { collectionDeclarations, concurrencyKeys, queues } from "@switchyard/pipeline-model";
import { QueueSettingsSchema } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { PipelineContext } from "./context.js";
import { putIngestSchedules } from "./ingest/ingest-schedules.js";

/**
 * Declares what the dialect keeps in the catalog, and sets its queues, limits and schedules. Every gateway does this at its
 * start; what is so already stays as it is.
 */
export async function preparePipeline(context: Pick<PipelineContext, "core" | "config">): Promise<void> {
  const { core, config } = context;
  const { namespace, maxConcurrency, operationConcurrency } = config;
  for (const collection of collectionDeclarations(namespace)) await core.documents.declareCollection({ collection });
  await keepFailedItems(context);
  await core.queues.setLimits({
    namespace,
    limits: [
      { key: concurrencyKeys.pipeline, seats: maxConcurrency },
      { key: concurrencyKeys.operations, seats: operationConcurrency },
    ],
  });
  await putIngestSchedules(context);
}

/** Failed items stay in the view until somebody deals with them. Whatever else an operator has set on the queue stays too. */
async function keepFailedItems({ core, config }: Pick<PipelineContext, "core" | "config">): Promise<void> {
  const about = { namespace: config.namespace, name: queues.shown };
  const { queue } = await core.queues.getQueue(about).catch((error: unknown) => {
    if (reasonOf(error) === "QUEUE_NOT_FOUND") return { queue: undefined };
    throw error;
  });
  const settings = queue?.settings ?? create(QueueSettingsSchema);
  if (settings.keepDeadLetters) return;
  await core.queues.updateQueue({ ...about, settings: { ...settings, keepDeadLetters: true } });
}
