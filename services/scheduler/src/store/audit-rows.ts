import type { Pool } from "@switchyard/postgres";

/** Serials of the open rows of a namespace behind a serial, at most `limit`, in order. */
export async function openSerials(pool: Pool, ns: number, after: number, limit: number): Promise<number[]> {
  const { rows } = await pool.query<{ serials: number[] | null }>({
    name: "scheduler-audit-open",
    text: `select array_agg(serial order by serial) as serials
           from (select serial from scheduler.open where ns = $1 and serial > $2 order by serial limit $3) page`,
    values: [ns, after, limit],
  });
  return rows[0]?.serials ?? [];
}

/** Serials and attempts of all lease rows of a namespace. */
export async function leaseRows(
  pool: Pool,
  ns: number,
): Promise<{ readonly serial: number; readonly attempt: number }[]> {
  const { rows } = await pool.query<{ serial: number; attempt: number }>({
    name: "scheduler-audit-leases",
    text: "select serial, attempt from scheduler.leases where ns = $1",
    values: [ns],
  });
  return rows;
}
