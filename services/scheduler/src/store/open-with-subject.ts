import type { Pool } from "@switchyard/postgres";

/** Open jobs about a subject. `buckets` says where they may lie. */
export async function openWithSubject(
  pool: Pool,
  ns: number,
  buckets: readonly number[],
  subject: string,
): Promise<number[]> {
  const { rows } = await pool.query<{ serial: number }>(
    `select o.serial from scheduler.jobs j join scheduler.open o on o.ns = j.ns and o.serial = j.serial
     where j.ns = $1 and j.bucket = any($2) and j.subject = $3 and j.subject <> ''`,
    [ns, buckets, subject],
  );
  return rows.map(({ serial }) => serial);
}
