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
 * else can reach the tables, since a job in it may just be opened again, perhaps by the owner of another shard. The statement that does so adds an
 * amendment: the lock makes it wait, and then it fails for want of a partition.
 */
export async function dropBucket(pool: Pool, term: Term, bucket: number, keepFromMs: number): Promise<boolean> {
  await summarizeEnds(pool, bucket);
  if (await isNeeded(pool, bucket, keepFromMs)) return false;
  return inFencedTransaction(pool, term, dropAttempts, async (client) => {
    // The parents first, in the order in which reads of several lock them: whoever holds a partition holds its parent too.
    await client.query(
      `lock table only scheduler.jobs, only scheduler.amendments, only scheduler.outcomes, only scheduler.rollups in access exclusive mode`,
    );
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
    await client.query(
      `drop table ${["jobs", "amendments", "outcomes", "rollups"].map((table) => `scheduler.${table}_${bucket}`).join(", ")}`,
    );
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

/**
 * Looks at the open jobs of the bucket by the numbers that it may have, both bounds known to the index; the offset keeps the planner from joining instead, in which case
 * a bound that may be missing is looked at row by row: a second for five million open jobs, under the lock.
 */
async function isNeeded(client: Pool | PoolClient, bucket: number, keepFromMs: number): Promise<boolean> {
  const { rows } = await client.query<{ needed: boolean }>(
    `select exists (
         select from scheduler.serial_marks m cross join lateral (
           select min(first_serial) as serial from scheduler.serial_marks
           where ns = m.ns and bucket > m.bucket and bucket / 100000 = m.bucket / 100000) next
         where m.bucket = $1 and exists (
           select from scheduler.open o where o.ns = m.ns and o.bucket = $1
             and o.serial >= m.first_serial and o.serial < coalesce(next.serial, ${Number.MAX_SAFE_INTEGER}) offset 0))
       or ${
         Number.isFinite(keepFromMs)
           ? `exists (select from scheduler.outcomes_${bucket} where ended_ms >= ${Math.floor(keepFromMs)})`
           : `exists (select from scheduler.jobs_${bucket})`
       }
       -- What a namespace brings that is on its way here has no mark yet.
       or exists (select from scheduler.arrivals) as needed`,
    [bucket],
  );
  return rows[0]?.needed ?? true;
}

/**
 * Drops a stretch of events that has nothing younger than `keepFromMs`, and that no shard of the database needs. False when it stays: the last
 * stretch of a shard is kept, since its last number is read from it, so is the one behind it, which its owner has made ahead, and what is not in the sums yet.
 */
export async function dropEvents(pool: Pool, term: Term, number: number, keepFromMs: number): Promise<boolean> {
  const { rows } = await pool.query<{ needed: boolean }>(
    `select exists (
       select from scheduler.shards s
       left join lateral (
         select first_sequence + n - 1 as sequence from scheduler.events where shard = s.shard order by first_sequence desc limit 1) newest on true
       left join lateral (
         select at_ms, first_sequence + n - 1 as sequence from scheduler.events_${number}
         where shard = s.shard order by first_sequence desc limit 1) last on true
       where coalesce(newest.sequence, 0) / $2::bigint = $3
         or (coalesce(newest.sequence, 0) + 1) / $2::bigint in ($3, $3 - 1)
         or last.at_ms >= $1
         or (last.sequence is not null
           and not exists (select from scheduler.rollup_cursors where shard = s.shard and upto >= last.sequence)))
       -- What namespaces have brought from other databases lies under numbers that no shard has.
       or exists (select from scheduler.events_${number} where shard < 0 and at_ms >= $1)
       or exists (select from scheduler.arrivals) as needed`,
    [Math.floor(keepFromMs), eventsPerPartition, number],
  );
  if (rows[0]?.needed !== false) return false;
  await inFencedTransaction(pool, term, dropAttempts, async (client) => {
    await client.query(
      `update scheduler.shards s set events_floor = greatest(s.events_floor, last.sequence)
       from scheduler.shards t cross join lateral (
         select first_sequence + n - 1 as sequence from scheduler.events_${number}
         where shard = t.shard order by first_sequence desc limit 1) last
       where t.shard = s.shard`,
    );
    await client.query(
      `update scheduler.past_shards p set events_floor = greatest(p.events_floor, last.sequence)
       from (select shard, max(first_sequence + n - 1) as sequence from scheduler.events_${number} where shard < 0 group by 1) last
       where p.shard = last.shard`,
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
 * Deletes what is left of jobs that are gone: the progress of attempts that have ended, which their owner deletes too unless it died in between, and
 * dead letters of dropped buckets. Only of the term's own shard. Rows that somebody else changes at this moment are left to the next time, so
 * that nobody waits for anybody in a circle.
 */
export async function deleteRemains(pool: Pool, term: Term): Promise<void> {
  await inFencedTransaction(pool, term, dropAttempts, async (client) => {
    await client.query(
      `delete from scheduler.progress where ctid = any(array(
         select p.ctid from scheduler.progress p join scheduler.namespaces n on n.id = p.ns
         where n.shard = $1 and not exists (
           select from scheduler.leases l where l.ns = p.ns and l.serial = p.serial and l.attempt = p.attempt)
         for update of p skip locked))`,
      [term.shard],
    );
    await client.query(deleteUnmarked("dead_letters"), [term.shard]);
  });
}

/** Deletes the notes about blocks of dropped buckets, in the same way. It looks at all notes, so it is for when a bucket has been dropped. */
export async function deleteBlocks(pool: Pool, term: Term): Promise<void> {
  await inFencedTransaction(pool, term, dropAttempts, async (client) => {
    await client.query(deleteUnmarked("job_blocks"), [term.shard]);
  });
}

/** Deletes the rows of a shard in buckets in which their namespace has no job. */
function deleteUnmarked(table: string): string {
  return `delete from scheduler.${table} where ctid = any(array(
    select d.ctid from scheduler.${table} d join scheduler.namespaces n on n.id = d.ns
    where n.shard = $1 and not exists (
      select from scheduler.serial_marks m where m.ns = d.ns and m.bucket = d.bucket)
    for update of d skip locked))`;
}
