import type { Clock } from "@switchyard/clock";
import { createDirectory, type Directory } from "../directory.js";
import type { ShardOwner } from "../shard/shard-owner.js";

/** Creates a directory over one owner of the only shard, 0, without a keeper and without placements. */
export function createSingleShardDirectory(owner: ShardOwner, idKey: Uint8Array, clock: Clock): Directory {
  const tenure = { owner, current: () => owner.current() };
  const shard = Promise.resolve(0);
  const nothing = () => Promise.resolve();
  return createDirectory(
    { shards: [0], tenure: () => tenure, loadAnew: () => undefined },
    { known: () => 0, locate: () => shard, placed: () => shard, place: () => shard, move: nothing, adopt: nothing },
    idKey,
    clock,
  );
}
