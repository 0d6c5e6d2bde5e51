import type { ControlStore } from "@switchyard/scheduler";
import { beginMs } from "../kernel/world.js";
import type { DatabaseLink } from "./connection.js";
import { createSimListener } from "./listener.js";
import type { Tables } from "./tables.js";

/** Rows of shards, replicas and placements, for one process. `limitMs`: how long it waits for an answer. */
export function createSimControlStore(tables: Tables, link: DatabaseLink, limitMs: number): ControlStore {
  const nowMs = () => beginMs + link.faults.world.now;
  const run = <T>(statement: () => T) => link.run(statement, undefined, limitMs);
  return {
    listen: (options) =>
      createSimListener(link, tables.shardListeners, {
        hear: () => options.onNotification("scheduler_shards", ""),
        onReconnect: options.onReconnect,
      }),
    beat: (self, aliveMs) =>
      run(() => {
        const { replicas } = tables;
        const others = [...replicas.values()].filter(({ id, aliveUntil }) => id !== self.id && aliveUntil > nowMs());
        replicas.set(self.id, { ...self, aliveUntil: nowMs() + aliveMs });
        return [...others.map(({ id, address, stopping }) => ({ id, address, stopping })), self];
      }),
    forgetReplica: (id) => run(() => void tables.replicas.delete(id)),
    readShards: () =>
      run(() =>
        [...tables.shards].map(([shard, { epoch, owner, address, leaseUntil }]) => ({
          ...{ shard, epoch, owner: owner ?? "", address, staleEpoch: 0 },
          leftMs: owner === undefined ? 0 : Math.max(0, leaseUntil - nowMs()),
        })),
      ),
    tellAddress: (owner, address) =>
      run(() => {
        for (const row of tables.shards.values()) if (row.owner === owner) row.address = address;
        tables.announceShards();
      }),
    movePlacement: (name, shard) => run(() => void tables.placements.set(name, shard)),
    findPlacement: (name) => run(() => tables.placements.get(name)),
    place: (name, shard) =>
      run(() => {
        const placed = tables.placements.get(name) ?? shard;
        tables.placements.set(name, placed);
        return placed;
      }),
  };
}
