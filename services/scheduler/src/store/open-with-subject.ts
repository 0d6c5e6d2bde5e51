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

/** Open jobs with their subjects; only those about one, if it is named and not empty. `buckets` says where they may lie. */
export async function openSubjects(
  pool: Pool,
  ns: number,
  buckets: readonly number[],
  subject: string | undefined,
): Promise<{ readonly serial: number; readonly subject: string }[]> {
  if (subject !== undefined && subject !== "")
    return (await openWithSubject(pool, ns, buckets, subject)).map((serial) => ({ serial, subject }));
  const { rows } = await pool.query<{ serial: number; subject: string }>(
    `select o.serial, j.subject from scheduler.open o
     join scheduler.jobs j on j.ns = o.ns and j.bucket = o.bucket and j.bucket = any($2) and j.serial = o.serial
     where o.ns = $1`,
    [ns, buckets],
  );
  return rows;
}
