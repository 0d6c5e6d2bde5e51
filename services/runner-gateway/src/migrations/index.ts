import { createPool, migrate, type PostgresLog } from "@switchyard/postgres";
import { runners } from "./0001-runners.js";

/** The schema that this service owns. */
export const schema = "runners";

/** Every step of the schema `runners`, in order. */
export const migrations = [runners];

/** Brings the schema `runners` of the database up to date, over connections of its own. */
export async function migrateRunnerGateway(url: string, log?: PostgresLog): Promise<void> {
  const pool = createPool({ url, max: 1, applicationName: "runner-gateway migrations" });
  try {
    await migrate({ pool, schema, migrations, ...(log === undefined ? {} : { log }) });
  } finally {
    await pool.close();
  }
}
