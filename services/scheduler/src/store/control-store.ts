import type { Listener, ListenerOptions } from "@switchyard/postgres";
import type { findPlacement, movePlacement, place } from "./placements.js";
import type { beat, forgetReplica } from "./replicas.js";
import type { readShards, tellAddress } from "./shard-rows.js";
import type { OverPool } from "./shard-store.js";

/**
 * Who is there and who owns what, as the keeper of the shards and the look-up of namespaces use it: rows of shards, of replicas, and of placements. PostgreSQL in
 * production (`postgres-control-store.ts`); the simulator brings tables of its own that fail on purpose.
 *
 * What each operation does is said where it is implemented.
 */
export interface ControlStore {
  /** Hears that shards are free, or have other owners. */
  listen(options: Pick<ListenerOptions, "onNotification" | "onReconnect">): Listener;
  readonly beat: OverPool<typeof beat>;
  readonly forgetReplica: OverPool<typeof forgetReplica>;
  readonly readShards: OverPool<typeof readShards>;
  readonly tellAddress: OverPool<typeof tellAddress>;
  readonly findPlacement: OverPool<typeof findPlacement>;
  readonly place: OverPool<typeof place>;
  readonly movePlacement: OverPool<typeof movePlacement>;
}
