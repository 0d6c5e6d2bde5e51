import { createPool } from "@switchyard/postgres";
import type { Contender } from "../contenders/contender.js";

/** Clears away after a measurement, so that autovacuum does not do it while another contender is measured. */
export async function vacuum({ databaseUrl }: Contender): Promise<void> {
  if (databaseUrl === undefined) return;
  const pool = createPool({
    url: databaseUrl,
    max: 1,
    applicationName: "bench",
    statementTimeoutMs: 0,
    transactionTimeoutMs: 0,
  });
  try {
    await pool.query("vacuum (analyze)");
  } finally {
    await pool.close();
  }
}
