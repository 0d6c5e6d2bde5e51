import type { Pool } from "@switchyard/postgres";

/** What a database says of itself. */
export interface Installation {
  /** Names the database, whatever URL leads to it. */
  readonly databaseId: string;
  /** The key that ids are made with, in hexadecimal digits. */
  readonly idKey: string;
  /** Whether jobs can have been given ids here. */
  readonly isUsed: boolean;
  /** Whether this is the home database of an installation. */
  readonly isHome: boolean;
}

/** Reads what a database says of itself; one that has no name yet gets one. @throws Error when its secrets are gone. */
export async function readInstallation(pool: Pool): Promise<Installation> {
  await pool.query("update scheduler.installation set database_id = gen_random_uuid() where database_id is null");
  const { rows } = await pool.query<Installation>(
    `select database_id as "databaseId", encode(id_key, 'hex') as "idKey", exists (select from scheduler.namespaces) as "isUsed",
       exists (select from scheduler.shard_databases) as "isHome"
     from scheduler.installation`,
  );
  if (!rows[0])
    throw new Error(
      "the table scheduler.installation is empty: restore it from a backup, ids can't be read without its key",
    );
  return rows[0];
}

/** Gives an unused database the key of the installation that it becomes a part of. */
export async function adoptIdKey(pool: Pool, idKey: string): Promise<void> {
  await pool.query(
    "update scheduler.installation set id_key = decode($1, 'hex') where not exists (select from scheduler.namespaces)",
    [idKey],
  );
}

/** Notes which database shards live in, unless that is known; returns what is known of all shards, by number. */
export async function noteShardDatabases(
  home: Pool,
  shards: readonly { readonly shard: number; readonly databaseId: string }[],
): Promise<ReadonlyMap<number, string>> {
  await home.query(
    `insert into scheduler.shard_databases (shard, database_id)
     select * from unnest($1::int[], $2::uuid[]) on conflict do nothing`,
    [shards.map(({ shard }) => shard), shards.map(({ databaseId }) => databaseId)],
  );
  const { rows } = await home.query<{ shard: number; database_id: string }>("select * from scheduler.shard_databases");
  return new Map(rows.map(({ shard, database_id }) => [shard, database_id]));
}
