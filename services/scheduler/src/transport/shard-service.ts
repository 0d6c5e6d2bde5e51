import { create } from "@bufbuild/protobuf";
import { SwitchyardError } from "@switchyard/errors";
import {
  ListShardsResponseSchema,
  LocateNamespacesResponseSchema,
  MoveNamespaceResponse_Phase,
  MoveNamespaceResponseSchema,
  ShardService,
} from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { requireNamespace } from "@switchyard/service-kit";
import { type MoveDeps, moveNamespace } from "../domain/sharding/move-namespace.js";
import { checkRange, invalid } from "./fields.js";

/** The handlers of `ShardService`. Any replica answers, from what it has seen last; a move is made by the owner of the shard that the namespace is in. */
export function createShardRoute(deps: MoveDeps): ServiceRoute {
  const { keeper, locator } = deps;
  return route(ShardService, {
    listShards() {
      return create(ListShardsResponseSchema, {
        shards: keeper.shards.map((number) => {
          const { owner, address, epoch } = keeper.ownerOf(number);
          return { number, owner, address, epoch: BigInt(epoch) };
        }),
      });
    },
    async locateNamespaces({ namespaces }, context) {
      checkRange("namespaces", namespaces.length, 1, 1_000);
      for (const namespace of namespaces) requireNamespace(context, namespace);
      const locations = await Promise.all(
        namespaces.map(async (namespace) => {
          const shard = await locator.locate(namespace);
          return { namespace, shard, address: keeper.ownerOf(shard).address };
        }),
      );
      return create(LocateNamespacesResponseSchema, { locations });
    },
    async *moveNamespace({ namespace, shard }, context) {
      requireNamespace(context, namespace);
      if ((await locator.placed(namespace)) === undefined)
        throw new SwitchyardError("NAMESPACE_NOT_FOUND", `namespace ${namespace} was never used`, { namespace });
      if (!keeper.seen(shard)) throw invalid("shard", `there is no shard ${shard}`);
      for await (const { phase, rows } of moveNamespace(deps, namespace, shard))
        yield create(MoveNamespaceResponseSchema, { phase: MoveNamespaceResponse_Phase[phase], rows: BigInt(rows) });
    },
  });
}
