import type { Pool } from "@switchyard/postgres";
import type { PoolClient } from "pg";
import { eventsPerPartition, inFencedTransaction } from "./partitions.js";
import type { Term } from "./term.js";

/** A drop that meets somebody who reads for long is left to the next round, after so many attempts. */
const dropAttempts = 2;

/**
 * Drops a bucket in which no job is open and no end is as young as `keepFromMs` (infinite: drops it only if it never had a job). False when it stays.
 *
 * It is looked at twice: without a lock first, since most that could go by their age but may not yet are found then; and again when nobody
 * else can reach the tables, since the owner of another shard may just have opened a job in it again. A statement that opens a job again reads the
 * job's row: the lock makes it wait, and then it finds nothing.
 */
export async function dropBucket(pool: Pool, term: Term, bucket: number, keepFromMs: number): Promise<boolean> {
  await summarizeEnds(pool, bucket);
  if (await isNeeded(pool, bucket, keepFromMs)) return false;
  return inFencedTransaction(pool, term, dropAttempts, async (client) => {
    // The parents first, in the order in which reads of both lock them: whoever holds a partition holds its parent too.
    await client.query("lock table only scheduler.jobs, only scheduler.outcomes in access exclusive mode");
    if (await isNeeded(client, bucket, keepFromMs)) return false;
    // Numbers that were given out are never given out again.
    await client.query(
      `update scheduler.namespaces n set serial_floor = greatest(n.serial_floor, last.serial)
       from scheduler.serial_marks m
       cross join lateral (select max(serial) as serial from scheduler.jobs_${bucket} where ns = m.ns and bucket = $1) last
       where m.bucket = $1 and m.ns = n.id`,
      [bucket],
    );
    await client.query("delete from scheduler.serial_marks where bucket = $1", [bucket]);
    await client.query(`drop table scheduler.jobs_${bucket}, scheduler.outcomes_${bucket}`);
    return true;
  });
}

/** Completes the index of ends, so that the look under the lock is short however large the partition is. */
async function summarizeEnds(pool: Pool, bucket: number): Promise<void> {
  await pool.query(
    `select brin_summarize_new_values(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
     where i.indrelid = 'scheduler.outcomes_${bucket}'::regclass and a.amname = 'brin'`,
  );
}

async function isNeeded(client: Pool | PoolClient, bucket: number, keepFromMs: number): Promise<boolean> {
  const { rows } = await client.query<{ needed: boolean }>(
    `select exists (select from scheduler.namespaces n where exists (select from scheduler.open where ns = n.id and bucket = $1))
       or ${
         Number.isFinite(keepFromMs)
           ? `exists (select from scheduler.outcomes_${bucket} where ended_ms >= ${Math.floor(keepFromMs)})`
           : `exists (select from scheduler.jobs_${bucket})`
       } as needed`,
    [bucket],
  );
  return rows[0]?.needed ?? true;
}

/**
 * Drops a stretch of events that has nothing younger than `keepFromMs`, and behind which every shard has gone on. False when it stays: the last
 * stretch of a shard is kept, since its last number is read from it.
 */
export async function dropEvents(pool: Pool, term: Term, number: number, keepFromMs: number): Promise<boolean> {
  const { rows } = await pool.query<{ ended: boolean }>(
    `select coalesce(bool_and(last.at_ms < $1 and exists (
         select from scheduler.events where shard = s.shard and first_sequence >= $2)), false) as ended
     from scheduler.shards s cross join lateral (
       select at_ms from scheduler.events_${number} where shard = s.shard order by first_sequence desc limit 1) last`,
    [Math.floor(keepFromMs), (number + 1) * eventsPerPartition],
  );
  if (!rows[0]?.ended) return false;
  await inFencedTransaction(pool, term, dropAttempts, async (client) => {
    await client.query(
      `update scheduler.shards s set events_floor = greatest(s.events_floor, last.sequence)
       from scheduler.shards t cross join lateral (
         select first_sequence + n - 1 as sequence from scheduler.events_${number}
         where shard = t.shard order by first_sequence desc limit 1) last
       where t.shard = s.shard`,
    );
    await client.query(`drop table scheduler.events_${number}`);
  });
  return true;
}

/** Drops a day of requests. */
export async function dropRequests(pool: Pool, term: Term, day: number): Promise<void> {
  await inFencedTransaction(pool, term, dropAttempts, async (client) => {
    await client.query(`drop table if exists scheduler.requests_${day}`);
  });
}

/**
 * Deletes the progress of attempts that have ended. The statement that ends an attempt deletes it already; this finds what a write of progress that
 * was on the way at that moment has left. Only of the term's own shard, whose attempts nobody else begins.
 */
export async function deleteLeftProgress(pool: Pool, term: Term): Promise<void> {
  await inFencedTransaction(pool, term, dropAttempts, async (client) => {
    await client.query(
      `delete from scheduler.progress p using scheduler.namespaces n
       where n.id = p.ns and n.shard = $1 and not exists (
         select from scheduler.leases l where l.ns = p.ns and l.serial = p.serial and l.attempt = p.attempt)`,
      [term.shard],
    );
  });
}
