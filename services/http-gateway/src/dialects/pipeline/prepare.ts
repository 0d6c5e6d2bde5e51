import { create } from "@bufbuild/protobuf";
import { reasonOf } from "@switchyard/errors";
import {
  collections,
  concurrencyKeys,
  type DeclaredCollection,
  type DeclaredField,
  queues,
} from "@switchyard/pipeline-model";
import { IndexField_Type } from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import { QueueSettingsSchema } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { PipelineContext } from "./context.js";
import { putIngestSchedules } from "./ingest/ingest-schedules.js";

const typeOf: Readonly<Record<DeclaredField["type"], IndexField_Type>> = {
  text: IndexField_Type.TEXT,
  number: IndexField_Type.NUMBER,
  boolean: IndexField_Type.BOOLEAN,
  time: IndexField_Type.TIME,
  "text-list": IndexField_Type.TEXT_LIST,
  search: IndexField_Type.SEARCH,
};

/**
 * Declares what the dialect keeps in the catalog, and sets its queues, limits and schedules. Every gateway does this at its
 * start; what is so already stays as it is.
 */
export async function preparePipeline(context: Pick<PipelineContext, "core" | "config">): Promise<void> {
  const { core, config } = context;
  const { namespace, maxConcurrency, operationConcurrency } = config;
  for (const collection of Object.values<DeclaredCollection>(collections)) {
    await core.documents.declareCollection({ collection: { namespace, ...declared(collection) } });
  }
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

function declared({ name, fields }: DeclaredCollection) {
  return {
    name,
    fields: fields.map(({ name, path = "", type, unique = false }) => ({ name, path, type: typeOf[type], unique })),
  };
}
