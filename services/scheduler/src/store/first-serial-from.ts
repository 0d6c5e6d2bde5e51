import type { Pool } from "@switchyard/postgres";
import type { BucketRange } from "./list-jobs.js";

/**
 * The first number from which on the jobs of a bucket were created at or after a time; behind its last job where none was. Numbers rise with the times of
 * creation, so it is found by halving: some twenty looks into the index, by one statement, where a filter by time would look at every job of the day.
 */
export async function firstSerialFrom(
  pool: Pool,
  ns: number,
  { bucket, from, upTo }: BucketRange,
  createdMicros: number,
): Promise<number> {
  const { rows } = await pool.query<{ serial: number }>(
    `with recursive halving(low, high) as (
       select $3::bigint, greatest($3::bigint, least($4::bigint, (
         select coalesce(max(serial), 0) from scheduler.jobs where ns = $1 and bucket = $2)) + 1)
       union all
       select case when job.created_micros < $5::bigint then job.serial + 1 else low end,
         case when job.created_micros < $5::bigint then high else (low + high) / 2 end
       from halving left join lateral (
         select serial, created_micros from scheduler.jobs
         where ns = $1 and bucket = $2 and serial >= (low + high) / 2 and serial < high order by serial limit 1) job on true
       where low < high)
     select low as serial from halving where low >= high`,
    [ns, bucket, from, upTo, Math.ceil(createdMicros)],
  );
  return rows[0]?.serial ?? from;
}
