/** A shard as the balance sees it. */
export interface OwnedShard {
  readonly shard: number;
  /** The replica that owns it under a lease that has not ended; undefined: it may be taken. */
  readonly owner: string | undefined;
}

/**
 * Who takes which free shard. Every replica computes the same of the same rows: each free shard goes to whoever of the takers has the fewest, so a dead
 * owner's shards are spread, and hardly ever two replicas reach for one.
 */
export function assignFree(shards: readonly OwnedShard[], takers: readonly string[]): ReadonlyMap<number, string> {
  const loads = loadsOf(shards, takers);
  const assigned = new Map<number, string>();
  for (const { shard, owner } of shards) {
    if (owner !== undefined) continue;
    const taker = leastLoaded(loads);
    if (taker === undefined) break;
    assigned.set(shard, taker);
    loads.set(taker, (loads.get(taker) ?? 0) + 1);
  }
  return assigned;
}

/**
 * The replica that `giver` hands one shard to, so that the owners come closer to equal shares; undefined when it should keep what it has. One replica at a time
 * gives, the one that has the most, and only where the difference is two or more: less would go back and forth.
 */
export function receiverFrom(
  giver: string,
  shards: readonly OwnedShard[],
  replicas: readonly string[],
): string | undefined {
  const loads = loadsOf(shards, replicas);
  const mine = loads.get(giver) ?? 0;
  for (const [id, load] of loads) if (load > mine || (load === mine && id < giver)) return undefined;
  const receiver = leastLoaded(loads);
  return receiver !== undefined && mine - (loads.get(receiver) ?? 0) >= 2 ? receiver : undefined;
}

/** Who takes each of the shards of a replica that leaves, by the same rule as free ones; empty when nobody is there. */
export function heirsOf(
  leaver: string,
  shards: readonly OwnedShard[],
  replicas: readonly string[],
): ReadonlyMap<number, string> {
  const left = shards.map(({ shard, owner }) => ({ shard, owner: owner === leaver ? undefined : (owner ?? "") }));
  return assignFree(
    left,
    replicas.filter((id) => id !== leaver),
  );
}

function loadsOf(shards: readonly OwnedShard[], replicas: readonly string[]): Map<string, number> {
  const loads = new Map([...replicas].sort().map((id) => [id, 0]));
  for (const { owner } of shards) {
    const load = owner === undefined ? undefined : loads.get(owner);
    if (load !== undefined) loads.set(owner as string, load + 1);
  }
  return loads;
}

function leastLoaded(loads: ReadonlyMap<string, number>): string | undefined {
  let least: string | undefined;
  for (const [id, load] of loads) if (least === undefined || load < (loads.get(least) ?? 0)) least = id;
  return least;
}
