import { createHash } from "node:crypto";

/**
 * The shard that a new namespace goes to: the one with the highest hash of both names (rendezvous hashing), so that all replicas choose alike, shards fill
 * evenly, and one more shard takes only its share. What was placed once is looked up and never computed again.
 */
export function shardFor(namespace: string, shards: readonly number[]): number {
  let best = shards[0] ?? 0;
  let highest = "";
  for (const shard of shards) {
    const hash = createHash("sha256").update(`${shard}/${namespace}`).digest("hex");
    if (hash <= highest) continue;
    highest = hash;
    best = shard;
  }
  return best;
}
