import type { Pool } from "@switchyard/postgres";
import type { Buckets } from "./list-jobs.js";

/** When a job was created, whole ms; undefined when it is not there. */
export async function createdMs(pool: Pool, ns: number, buckets: Buckets, serial: number): Promise<number | undefined> {
  const { rows } = await pool.query<{ at: number }>(
    "select created_micros / 1000 as at from scheduler.jobs where ns = $1 and bucket = any($2::int[]) and serial = $3",
    [ns, buckets, serial],
  );
  return rows[0]?.at;
}
