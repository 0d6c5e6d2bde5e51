import { SQLSTATE, sqlstateOf, type Pool } from "@switchyard/postgres";
import type { PoolClient } from "pg";
import { shardChannel } from "./shard-rows.js";
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

/** The replica that a shard is handed to. */
export interface Receiver {
  readonly id: string;
  readonly address: string;
}

/** How long a shard that was handed over is kept for its receiver, ms; then anybody takes it. */
export const handOverMs = 2_000;

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

/** Gives a shard back, so that another replica takes it at once: the receiver, whose it is for a moment, or whoever comes first. */
export async function releaseShard(pool: Pool, term: Term, receiver?: Receiver): Promise<void> {
  await pool.query(
    `with released as (
       update scheduler.shards
       set owner = $3, address = $4,
         lease_until = case when $3::text is null then '-infinity' else clock_timestamp() + ${handOverMs} * interval '1 millisecond' end
       where shard = $1 and epoch = $2 returning shard)
     select pg_notify('${shardChannel}', shard::text) from released`,
    [term.shard, term.epoch, receiver?.id ?? null, receiver?.address ?? null],
  );
}

/** Makes the leases of several terms longer; returns the shards whose terms are not over. */
export async function renewShards(pool: Pool, terms: readonly Term[], leaseMs: number): Promise<ReadonlySet<number>> {
  const { rows } = await pool.query<{ shard: number }>(
    `with held as (
       select s.shard from scheduler.shards s join unnest($1::int[], $2::bigint[]) t(shard, epoch) using (shard, epoch) order by 1 for update of s)
     update scheduler.shards s set lease_until = clock_timestamp() + $3 * interval '1 millisecond'
     from held where s.shard = held.shard returning s.shard`,
    [terms.map(({ shard }) => shard), terms.map(({ epoch }) => epoch), leaseMs],
  );
  return new Set(rows.map(({ shard }) => shard));
}
