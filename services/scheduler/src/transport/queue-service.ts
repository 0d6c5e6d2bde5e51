import { create } from "@bufbuild/protobuf";
import {
  PauseQueueResponseSchema,
  type Queue as ProtoQueue,
  QueueService,
  ResumeQueueResponseSchema,
  UpdateQueueResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { requireNamespace } from "@switchyard/service-kit";
import type { QueueSettings } from "../domain/core/queue.js";
import type { Directory } from "../domain/directory.js";
import { steerQueue } from "../domain/shard/steer-shard.js";
import { checkName } from "./fields.js";
import { getQueue, listQueues, showQueue } from "./get-queue.js";
import type { TransportDeps } from "./job-service.js";
import { listLimits, setLimits } from "./limits.js";
import { settingsFromProto } from "./queue-to-proto.js";
import { createSchedule } from "./create-schedule.js";
import { deleteSchedule } from "./delete-schedule.js";
import { listSchedules } from "./list-schedules.js";

/** The handlers of `QueueService`. */
export function createQueueRoute(deps: TransportDeps): ServiceRoute {
  return route(QueueService, {
    getQueue(request, context) {
      requireNamespace(context, request.namespace);
      return getQueue(deps.directory, request);
    },
    listQueues(request, context) {
      requireNamespace(context, request.namespace);
      return listQueues(deps.directory, request);
    },
    async updateQueue(request, context) {
      requireNamespace(context, request.namespace);
      const settings = settingsFromProto(request.settings);
      const queue = await steer(deps.directory, request, ({ paused }) => ({ ...settings, paused }));
      return create(UpdateQueueResponseSchema, { queue });
    },
    async pauseQueue(request, context) {
      requireNamespace(context, request.namespace);
      const queue = await steer(deps.directory, request, (present) => ({ ...present, paused: true }));
      return create(PauseQueueResponseSchema, { queue });
    },
    async resumeQueue(request, context) {
      requireNamespace(context, request.namespace);
      const queue = await steer(deps.directory, request, (present) => ({ ...present, paused: false }));
      return create(ResumeQueueResponseSchema, { queue });
    },
    setLimits(request, context) {
      requireNamespace(context, request.namespace);
      return setLimits(deps.directory, request);
    },
    listLimits(request, context) {
      requireNamespace(context, request.namespace);
      return listLimits(deps.directory, request);
    },
    createSchedule(request, context) {
      requireNamespace(context, request.schedule?.namespace ?? "");
      return createSchedule(deps.directory, deps.schedules, request, deps.limits);
    },
    listSchedules(request, context) {
      requireNamespace(context, request.namespace);
      return listSchedules(deps.directory, deps.schedules, request);
    },
    deleteSchedule(request, context) {
      requireNamespace(context, request.namespace);
      return deleteSchedule(deps.directory, deps.schedules, request);
    },
  });
}

/** A queue can be set before its first job. */
async function steer(
  directory: Directory,
  request: { readonly namespace: string; readonly name: string },
  change: (present: QueueSettings) => QueueSettings,
): Promise<ProtoQueue> {
  const name = checkName("name", request.name, 1, 128);
  const place = await directory.open(request.namespace);
  await steerQueue(place.term, place.space, name, change);
  return showQueue(place, place.space.shapes.queue(name));
}
