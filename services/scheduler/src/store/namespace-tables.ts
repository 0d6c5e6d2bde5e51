import { liftAnswerLimit, type Pool } from "@switchyard/postgres";
import type { PoolClient } from "pg";

/** Tables about single jobs, which are never changed but with an event that names the job. All have its bucket. */
export const jobTables = ["jobs", "amendments", "outcomes", "dead_letters"] as const;

/** Tables that are small, or change without an event: what a move copies while the namespace is closed. */
export const closedTables = [
  ...[
    "serial_marks",
    "shapes",
    "queues",
    "limits",
    "rate_levels",
    "open",
    "leases",
    "progress",
    "schedules",
    "rollups",
  ],
] as const;

/** What is made anew, or said otherwise, where a namespace goes: blocks are noted by its next owner. */
const localTables = ["past_shards", "job_blocks"] as const;

/** A statement about all rows of a namespace takes its time. */
const unhurried = "begin; set local statement_timeout = 0; set local transaction_timeout = 0";

/** Deletes all rows of a namespace but the one in `namespaces`, table by table. Repeated, it goes on. */
export async function deleteRows(pool: Pool, ns: number): Promise<void> {
  const { rows } = await pool.query<{ day: number }>(
    `select substring(relname from '_([0-9]+)$')::int as day from pg_inherits join pg_class on oid = inhrelid
     where inhparent = 'scheduler.requests'::regclass`,
  );
  await atLeisure(pool, async (client) => {
    for (const table of [...jobTables, ...closedTables, ...localTables])
      await client.query(`delete from scheduler.${table} where ns = $1`, [ns]);
    // The day leads the key.
    for (const { day } of rows)
      await client.query("delete from scheduler.requests where day = $1 and ns = $2", [day, ns]);
    await client.query("delete from scheduler.events where shard = $1", [-ns]);
  });
}

/** Runs a transaction that may take long. A connection on which it failed is not used again: it may be in the middle of a copy. */
export async function atLeisure<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    liftAnswerLimit(client);
    await client.query(unhurried);
    const result = await work(client);
    await client.query("commit");
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
