import { createListener, type Pool, type PostgresLog } from "@switchyard/postgres";
import type { ControlStore } from "./control-store.js";
import { findPlacement, movePlacement, place } from "./placements.js";
import { beat, forgetReplica } from "./replicas.js";
import { readShards, shardChannel, tellAddress } from "./shard-rows.js";

/** What {@link createPostgresControlStore} connects with. */
export interface PostgresControlStoreOptions {
  readonly pool: Pool;
  /** For the connection that listens. */
  readonly url: string;
  readonly log: PostgresLog;
}

/** Creates the store over PostgreSQL. The pool stays the caller's. */
export function createPostgresControlStore({ pool, url, log }: PostgresControlStoreOptions): ControlStore {
  return {
    listen: (options) =>
      createListener({ ...options, url, log, channels: [shardChannel], applicationName: "scheduler-shards" }),
    beat: (self, aliveMs) => beat(pool, self, aliveMs),
    forgetReplica: (id) => forgetReplica(pool, id),
    readShards: () => readShards(pool),
    tellAddress: (owner, address) => tellAddress(pool, owner, address),
    findPlacement: (name) => findPlacement(pool, name),
    place: (name, shard) => place(pool, name, shard),
    movePlacement: (...move) => movePlacement(pool, ...move),
  };
}
