/** Most shards of an installation. */
export const mostShards = 1_024;

/**
 * Reads which shards live in other databases than the home one: `4-7=postgres://...,8=postgres://...`. Parts are told apart by the numbers before the `=`, so
 * a URL may hold commas. Undefined for a text of another form, or one that names a shard twice.
 */
export function parseShardDatabases(text: string): ReadonlyMap<number, string> | undefined {
  const urls = new Map<number, string>();
  for (const part of text.trim().split(/,\s*(?=\d+(?:-\d+)?=)/)) {
    const match = /^(\d{1,4})(?:-(\d{1,4}))?=(postgres(?:ql)?:\/\/\S+)$/.exec(part.trim());
    if (!match) return undefined;
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (to < from || to >= mostShards) return undefined;
    for (let shard = from; shard <= to; shard++) {
      if (urls.has(shard)) return undefined;
      urls.set(shard, match[3] as string);
    }
  }
  return urls;
}

/** Which shards are wanted where, the home database first, each database once. */
export function planDatabases(config: {
  readonly databaseUrl: string;
  readonly shards: number;
  readonly shardDatabases: ReadonlyMap<number, string>;
}): readonly { readonly url: string; readonly shards: number[] }[] {
  const plans = new Map<string, number[]>([[config.databaseUrl, []]]);
  for (const url of config.shardDatabases.values()) plans.set(url, []);
  for (let shard = 0; shard < config.shards; shard++)
    plans.get(config.shardDatabases.get(shard) ?? config.databaseUrl)?.push(shard);
  return [...plans].map(([url, shards]) => ({ url, shards }));
}
