import { create } from "@bufbuild/protobuf";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import {
  DispatchService,
  type ReportAttemptsRequest,
  ReportAttemptsRequestSchema,
  type ReportAttemptsResponse,
  type RenewLeasesRequest,
  RenewLeasesRequestSchema,
  type RenewLeasesResponse,
  type SyncCapacityRequest,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { invalid } from "../fields.js";
import type { CallRouter } from "./call-router.js";
import { routeBatch } from "./route-batch.js";
import { routeByNamespace } from "./route-by-namespace.js";

type Handlers = Required<ServiceImpl<typeof DispatchService>>;

/** The same route, with calls brought to the owners of their shards: a session by the shard that it names, items of a batch each to their own. */
export function routeDispatch(router: CallRouter, served: ServiceRoute): ServiceRoute {
  const handlers = served.implementation as unknown as Handlers;
  const { method } = DispatchService;
  return routeByNamespace(
    router,
    route(DispatchService, {
      ...handlers,
      async syncCapacity(request: SyncCapacityRequest, context: HandlerContext) {
        const { shard } = request;
        const here = () => Promise.resolve(handlers.syncCapacity(request, context));
        await checkShard(router, shard);
        return router.unary(
          {
            method: method.syncCapacity,
            request,
            context,
            shard: () => Promise.resolve(shard),
            isShardNamed: true,
          },
          here,
        );
      },
      async renewLeases({ renewals }: RenewLeasesRequest, context: HandlerContext) {
        const routed = await routeBatch(router, {
          method: method.renewLeases,
          context,
          items: renewals,
          request: (items) => create(RenewLeasesRequestSchema, { renewals: [...items] }),
          results: (answer) => (answer as RenewLeasesResponse).results,
          here: (items) => handlers.renewLeases(requestOf("RenewLeasesRequest", { renewals: items }), context) as never,
        });
        if ("answer" in routed) return routed.answer as RenewLeasesResponse;
        return { $typeName: "switchyard.scheduler.v1.RenewLeasesResponse", results: routed.results };
      },
      async reportAttempts({ reports }: ReportAttemptsRequest, context: HandlerContext) {
        const routed = await routeBatch(router, {
          method: method.reportAttempts,
          context,
          items: reports,
          request: (items) => create(ReportAttemptsRequestSchema, { reports: [...items] }),
          results: (answer) => (answer as ReportAttemptsResponse).results,
          here: (items) =>
            handlers.reportAttempts(requestOf("ReportAttemptsRequest", { reports: items }), context) as never,
        });
        if ("answer" in routed) return routed.answer as ReportAttemptsResponse;
        return { $typeName: "switchyard.scheduler.v1.ReportAttemptsResponse", results: routed.results };
      },
    }),
    { direct: ["syncCapacity", "renewLeases", "reportAttempts"] },
  );
}

/** A request of the same items, which were read from the wire: they are not made anew. */
function requestOf<Name extends string, Items extends object>(name: Name, items: Items) {
  return { $typeName: `switchyard.scheduler.v1.${name}`, ...items } as never;
}

/** A shard that does not exist will never have an owner. */
async function checkShard({ keeper }: CallRouter, shard: number): Promise<void> {
  if (keeper.seen(shard)) return;
  await keeper.refresh();
  if (!keeper.seen(shard)) throw invalid("shard", `there is no shard ${shard}`);
}
