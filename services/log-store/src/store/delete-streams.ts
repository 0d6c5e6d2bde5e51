import { inTransaction, type Pool } from "@switchyard/postgres";

/**
 * Deletes the streams of jobs and returns how many there were. The jobs' rows stay, with their newest attempt sealed, so that a
 * runner that has not heard of it can't bring the logs back.
 *
 * Locks first and deletes in a later statement, which therefore sees every chunk of the appends that it waited for.
 */
export async function deleteStreams(
  pool: Pool,
  replica: string,
  namespace: string,
  jobIds: readonly string[],
): Promise<number> {
  return inTransaction(pool, async (client) => {
    const values = [namespace, jobIds];
    await client.query(
      "select from logs.jobs where namespace = $1 and job_id = any($2::text[]) order by job_id for update",
      values,
    );
    await client.query(
      "update logs.jobs set sealed_attempt = newest_attempt, updated_at = now() where namespace = $1 and job_id = any($2::text[])",
      values,
    );
    const { rows } = await client.query<{ id: number }>(
      "select id from logs.streams where namespace = $1 and job_id = any($2::text[]) order by id for update",
      values,
    );
    const ids = rows.map(({ id }) => id);
    // Closed segments are, or are just being, copied to the archive.
    await client.query(
      `insert into logs.erasures (segment, stream_id)
       select g.id, s.id from logs.streams s join logs.segments g on g.id = any(array[s.first_segment] || s.later_segments)
        where s.id = any($1::bigint[]) and g.closed_at is not null
       on conflict do nothing`,
      [ids],
    );
    await client.query("delete from logs.chunks where stream_id = any($1::bigint[])", [ids]);
    await client.query("delete from logs.streams where id = any($1::bigint[])", [ids]);
    const jobs = jobIds.map((jobId) => JSON.stringify([namespace, jobId]));
    if (ids.length > 0) await client.query("select logs.notify_changes($1, null, $2::text[])", [replica, jobs]);
    return ids.length;
  });
}
