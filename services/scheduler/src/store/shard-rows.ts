import type { Pool } from "@switchyard/postgres";

/** Channel on which is told that a shard is free, or has another owner. */
export const shardChannel = "scheduler_shards";

/** Who owns a shard, as its row says. */
export interface ShardRow {
  readonly shard: number;
  readonly epoch: number;
  /** Empty: nobody. */
  readonly owner: string;
  /** Where other replicas reach the owner; empty when they can't. */
  readonly address: string;
  /** Terms up to this epoch have to be begun anew: they lack a namespace. */
  readonly staleEpoch: number;
  /** How long the owner's lease lasts still, ms; 0 when it has ended. */
  readonly leftMs: number;
}

/** Reads the rows of all shards of a database. */
export async function readShards(pool: Pool): Promise<ShardRow[]> {
  const { rows } = await pool.query<ShardRow>({
    name: "scheduler-read-shards",
    text: `select shard, epoch, coalesce(owner, '') as owner, coalesce(address, '') as address, stale_epoch as "staleEpoch",
       case when owner is not null and lease_until > clock_timestamp()
         then extract(epoch from lease_until - clock_timestamp())::float8 * 1000 else 0 end as "leftMs"
     from scheduler.shards order by shard`,
  });
  return rows;
}

/** Makes the rows of shards that are new in a database. */
export async function makeShards(pool: Pool, shards: readonly number[]): Promise<void> {
  await pool.query("insert into scheduler.shards (shard) select unnest($1::int[]) on conflict do nothing", [shards]);
}

/** Takes away the rows of shards that live elsewhere, which nobody has ever owned here: every new database has one of shard 0. */
export async function dropForeignShards(pool: Pool, own: readonly number[]): Promise<void> {
  await pool.query(
    `delete from scheduler.shards s where shard <> all($1::int[]) and epoch = 0
       and not exists (select from scheduler.namespaces where shard = s.shard)`,
    [own],
  );
}

/** Says where the owner of shards is reached from now on, and tells the others. */
export async function tellAddress(pool: Pool, owner: string, address: string): Promise<void> {
  await pool.query(
    `with held as (select shard from scheduler.shards where owner = $1 order by 1 for update),
       told as (update scheduler.shards s set address = $2 from held where s.shard = held.shard returning s.shard)
     select pg_notify('${shardChannel}', '') from (select count(*) from told) counted`,
    [owner, address],
  );
}
