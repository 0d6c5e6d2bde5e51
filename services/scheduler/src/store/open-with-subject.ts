import type { Pool } from "@switchyard/postgres";

/** Open jobs about a subject: their submitted one, or the one of an amendment. */
export async function openWithSubject(pool: Pool, ns: number, subject: string): Promise<number[]> {
  const { rows } = await pool.query<{ serial: number }>({
    name: "scheduler-open-with-subject",
    text: `select o.serial from scheduler.jobs j join scheduler.open o on o.ns = j.ns and o.serial = j.serial
           where j.ns = $1 and j.subject = $2 and j.subject <> ''`,
    values: [ns, subject],
  });
  return rows.map(({ serial }) => serial);
}
