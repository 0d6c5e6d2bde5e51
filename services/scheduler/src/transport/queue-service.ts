import { create } from "@bufbuild/protobuf";
import { SwitchyardError } from "@switchyard/errors";
import { GetQueueResponseSchema, QueueService } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { requireNamespace } from "@switchyard/service-kit";
import { readQueueCounts } from "../domain/reads/queue-counts.js";
import { createSchedule } from "./create-schedule.js";
import { deleteSchedule } from "./delete-schedule.js";
import { notServed } from "./fields.js";
import type { TransportDeps } from "./job-service.js";
import { listSchedules } from "./list-schedules.js";

/** The handlers of `QueueService`. */
export function createQueueRoute(deps: TransportDeps): ServiceRoute {
  return route(QueueService, {
    async getQueue(request, context) {
      requireNamespace(context, request.namespace);
      if (request.head + request.running + request.deadLetters + request.finished > 0)
        throw notServed("jobs of a queue");
      const place = await deps.directory.find(request.namespace);
      const counts = place && (await readQueueCounts(place.term, place.space, request.name));
      if (!counts) {
        const metadata = { queue: request.name };
        throw new SwitchyardError("QUEUE_NOT_FOUND", `there is no queue ${request.name}`, metadata);
      }
      const proto = Object.fromEntries(Object.entries(counts).map(([state, count]) => [state, BigInt(count)]));
      return create(GetQueueResponseSchema, {
        queue: { namespace: request.namespace, name: request.name, counts: proto },
      });
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
