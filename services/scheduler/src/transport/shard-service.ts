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
        shards: keeper.shards.map((number) => ({ number, ...ownerOf(keeper, number) })),
      });
    },
    async locateNamespaces({ namespaces }, context) {
      checkRange("namespaces", namespaces.length, 1, 1_000);
      for (const namespace of namespaces) requireNamespace(context, namespace);
      const locations = await Promise.all(
        namespaces.map(async (namespace) => {
          const shard = await locator.locate(namespace);
          return { namespace, shard, address: ownerOf(keeper, shard).address };
        }),
      );
      return create(LocateNamespacesResponseSchema, { locations });
    },
  });
}

function ownerOf(keeper: ShardKeeper, shard: number): { owner: string; address: string; epoch: bigint } {
  const term = keeper.tenure(shard)?.owner.term?.term;
  if (term) return { owner: keeper.replicaId, address: keeper.address, epoch: BigInt(term.epoch) };
  const seen = keeper.seen(shard);
  const isOwned = seen !== undefined && seen.aliveUntil > performance.now();
  return {
    owner: isOwned ? seen.owner : "",
    address: keeper.addressOf(shard) ?? "",
    epoch: BigInt(seen?.epoch ?? 0),
  };
}
