import type { Pool } from "@switchyard/postgres";
import type { ControlStore } from "../../store/control-store.js";
import { adoptIdKey, type Installation, noteShardDatabases, readInstallation } from "../../store/installation.js";
import { dropForeignShards, makeShards } from "../../store/shard-rows.js";

/** A database that shards live in, and the ways to it. */
export interface ShardDatabase {
  readonly url: string;
  /** For reads. */
  readonly pool: Pool;
  /** For rows of shards: taking and giving back; and for what is done at the start. */
  readonly controlPool: Pool;
  /** For looks at the rows of shards and replicas: gives soon up what gets no answer. */
  readonly lookPool: Pool;
  /** Rows of shards, replicas and placements, as the keeper of the shards uses them. */
  readonly control: ControlStore;
  /** For renewals of leases alone: nothing that waits for a lock may cost a lease. */
  readonly leasePool: Pool;
}

/** Which shards are wanted in which database. */
export interface DatabasePlan {
  readonly database: ShardDatabase;
  readonly shards: readonly number[];
}

/**
 * Makes the databases of an installation ready for its shards, the home one first, and returns the key of its ids. A database that is new becomes a part of the
 * installation; rows of shards that are missing are made. Repeated by every replica at its start.
 *
 * @throws Error when the plan does not fit what was there before: a shard that lives in another database, one whose database is not named any more, a
 * database of another installation, or one that is named by two URLs
 */
export async function prepareDatabases(plans: readonly [DatabasePlan, ...DatabasePlan[]]): Promise<Buffer> {
  const [home, ...others] = plans;
  const installation = await readInstallation(home.database.controlPool);
  const ids = [installation.databaseId];
  for (const { database, shards } of others) {
    const { databaseId } = await join(installation, database, shards);
    if (ids.includes(databaseId))
      throw new Error(`two URLs lead to the database of ${named(shards)}; name each database once`);
    ids.push(databaseId);
  }
  const wanted = plans.flatMap(({ shards }, i) => shards.map((shard) => ({ shard, databaseId: ids[i] as string })));
  checkPlaces(await noteShardDatabases(home.database.controlPool, wanted), wanted, ids);
  for (const { database, shards } of plans) {
    await makeShards(database.controlPool, shards);
    if (database !== home.database) await dropForeignShards(database.controlPool, shards);
  }
  return Buffer.from(installation.idKey, "hex");
}

async function join(home: Installation, { controlPool }: ShardDatabase, shards: readonly number[]) {
  let found = await readInstallation(controlPool);
  if (found.isHome && found.databaseId !== home.databaseId)
    throw new Error(`the database of ${named(shards)} is in use by another installation: it is its home database`);
  if (found.idKey !== home.idKey && !found.isUsed) {
    await adoptIdKey(controlPool, home.idKey);
    found = await readInstallation(controlPool);
  }
  if (found.idKey === home.idKey) return found;
  throw new Error(
    `the database of ${named(shards)} is in use by another installation: its ids are made with another key`,
  );
}

function checkPlaces(
  places: ReadonlyMap<number, string>,
  wanted: readonly { readonly shard: number; readonly databaseId: string }[],
  ids: readonly string[],
): void {
  for (const { shard, databaseId } of wanted)
    if (places.get(shard) !== databaseId)
      throw new Error(`shard ${shard} lives in another database than the one that is named for it`);
  for (const [shard, databaseId] of places)
    if (!ids.includes(databaseId)) throw new Error(`shard ${shard} lives in a database that is not named any more`);
}

function named(shards: readonly number[]): string {
  return shards.length === 1 ? `shard ${shards[0]}` : `shards ${shards.join(", ")}`;
}
