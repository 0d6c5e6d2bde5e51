import { inTransaction, type Pool } from "@switchyard/postgres";

/**
 * Deletes, of these streams, the rows of those that have ended and lie in no other segment, and what is known of their jobs where
 * nothing else is left of them.
 *
 * @param segment is going; what lies there alone goes with it
 */
export async function deleteExpiredStreams(pool: Pool, segment: number, streamIds: readonly number[]): Promise<void> {
  const { rows: jobs } = await pool.query<{ namespace: string; job_id: string }>(
    `delete from logs.streams s
      where s.id = any($1::bigint[]) and s.sealed_at is not null
        and not exists (select from logs.segments g where g.id = any(array[s.first_segment] || s.later_segments) and g.id <> $2)
     returning s.namespace, s.job_id`,
    [streamIds, segment],
  );
  if (jobs.length === 0) return;
  const values = [jobs.map(({ namespace }) => namespace), jobs.map(({ job_id }) => job_id)];
  // Locked first and looked at in a later statement, which sees the streams of those that it waited for.
  await inTransaction(pool, async (client) => {
    await client.query(
      `select from logs.jobs j where (j.namespace, j.job_id) in (select * from unnest($1::text[], $2::text[]))
        order by j.namespace, j.job_id for update`,
      values,
    );
    await client.query(
      `delete from logs.jobs j where (j.namespace, j.job_id) in (select * from unnest($1::text[], $2::text[]))
          and not exists (select from logs.streams s where s.namespace = j.namespace and s.job_id = j.job_id)`,
      values,
    );
  });
}
