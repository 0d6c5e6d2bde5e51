import { SQLSTATE, sqlstateOf, type Pool } from "@switchyard/postgres";
import type { PoolClient } from "pg";
import type { Term } from "./term.js";

/** First key of the advisory locks of shards; the second is the shard. The fence takes the same lock shared. */
const lockClass = 7_400;

/** Who takes a shard, and for how long. */
export interface Claimant {
  readonly owner: string;
  /** Where other replicas reach the owner; empty when there are none. */
  readonly address: string;
  readonly leaseMs: number;
}

/**
 * Takes a shard whose lease has ended, or is the claimant's own, under the next epoch; undefined while another replica owns it.
 * Statements of the old owner that have passed the fence are waited for, briefly: whoever holds the shard's lock longer than half a second,
 * twice, is ended. The lease is looked at before the lock, or the present owner's next flush would wait for nothing.
 */
export async function takeShard(pool: Pool, shard: number, claimant: Claimant): Promise<Term | undefined> {
  const client = await pool.connect();
  try {
    if (!(await isFree(client, shard, claimant.owner))) return undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await raiseEpoch(client, shard, claimant);
      } catch (error) {
        if (sqlstateOf(error) !== SQLSTATE.lockTimeout || attempt > 5) throw error;
        if (attempt >= 2) await endLockHolders(client, shard);
      }
    }
  } finally {
    client.release();
  }
}

async function isFree(client: PoolClient, shard: number, owner: string): Promise<boolean> {
  const { rows } = await client.query(
    "select from scheduler.shards where shard = $1 and (lease_until < clock_timestamp() or owner is null or owner = $2)",
    [shard, owner],
  );
  return rows.length > 0;
}

async function raiseEpoch(
  client: PoolClient,
  shard: number,
  { owner, address, leaseMs }: Claimant,
): Promise<Term | undefined> {
  // Nothing else in this transaction, and READ COMMITTED: the update must see what was committed before the lock was granted.
  await client.query("begin isolation level read committed");
  try {
    await client.query("set local lock_timeout = '500ms'");
    await client.query("select pg_advisory_xact_lock($1, $2)", [lockClass, shard]);
    // clock_timestamp(), since now() is the start of the transaction, before the wait.
    const { rows } = await client.query<{ epoch: number }>(
      `update scheduler.shards
       set epoch = epoch + 1, owner = $2, address = $3, lease_until = clock_timestamp() + $4 * interval '1 millisecond'
       where shard = $1 and (lease_until < clock_timestamp() or owner is null or owner = $2)
       returning epoch`,
      [shard, owner, address, leaseMs],
    );
    await client.query("commit");
    return rows[0] && { shard, epoch: rows[0].epoch };
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

async function endLockHolders(client: PoolClient, shard: number): Promise<void> {
  await client.query(
    `select pg_terminate_backend(pid) from pg_locks
     where locktype = 'advisory' and classid = $1 and objid = $2 and objsubid = 2 and granted and pid <> pg_backend_pid()
       and database = (select oid from pg_database where datname = current_database())`,
    [lockClass, shard],
  );
}

/** Makes the lease of a term longer; false when the term is over. */
export async function renewShard(pool: Pool, term: Term, leaseMs: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update scheduler.shards set lease_until = clock_timestamp() + $3 * interval '1 millisecond' where shard = $1 and epoch = $2`,
    [term.shard, term.epoch, leaseMs],
  );
  return rowCount === 1;
}

/** Gives a shard back, so that another replica takes it at once. */
export async function releaseShard(pool: Pool, term: Term): Promise<void> {
  await pool.query(
    "update scheduler.shards set owner = null, lease_until = '-infinity' where shard = $1 and epoch = $2",
    [term.shard, term.epoch],
  );
}
