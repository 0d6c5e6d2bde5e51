import { createPool, type Migration, migrate, type PostgresLog } from "@switchyard/postgres";
import { streams } from "./0001-streams.js";

/** Schema of the log store. */
export const logsSchema = "logs";

/** Every step of the schema, in order. */
export const logStoreMigrations: readonly Migration[] = [streams];

/** Brings the schema `logs` of a database up to date, over connections of its own, which are closed when it returns. */
export async function migrateLogStore(url: string, log?: PostgresLog): Promise<void> {
  const pool = createPool({ url, max: 1, applicationName: "log-store-migrations" });
  try {
    await migrate({ pool, schema: logsSchema, migrations: logStoreMigrations, ...(log === undefined ? {} : { log }) });
  } finally {
    await pool.close();
  }
}
