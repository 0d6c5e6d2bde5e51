import type { Layout } from "./layout.js";

/** Names of namespaces that are never used before, so many in each shard of a layout; any stretch of the list is spread evenly over the shards. */
export async function namespacesOver({ shardService, shards }: Layout, each: number): Promise<readonly string[]> {
  const names = Array.from({ length: 20 * shards * each }, (_, n) => `bench-${n}`);
  const { locations } = await shardService.locateNamespaces({ namespaces: names });
  const found = Array.from({ length: shards }, (_, shard) =>
    locations
      .filter((location) => location.shard === shard)
      .slice(0, each)
      .map(({ namespace }) => namespace),
  );
  if (found.some(({ length }) => length < each)) throw new Error("too few names lead to one of the shards");
  return Array.from({ length: each }, (_, n) => found.map((names) => names[n] as string)).flat();
}
