import { create } from "@bufbuild/protobuf";
import {
  ListShardsResponseSchema,
  LocateNamespacesResponseSchema,
  ShardService,
} from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { requireNamespace } from "@switchyard/service-kit";
import type { Locator } from "../domain/sharding/locator.js";
import type { ShardKeeper } from "../domain/sharding/shard-keeper.js";
import { checkRange } from "./fields.js";

/** The handlers of `ShardService`. Any replica answers, from what it has seen last. */
export function createShardRoute(keeper: ShardKeeper, locator: Locator): ServiceRoute {
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
  });
}
