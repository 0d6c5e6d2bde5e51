import { createPool, type Migration, migrate } from "@switchyard/postgres";
import { core } from "./0001-core.js";
import { schedules } from "./0002-schedules.js";
import { narrowRows } from "./0003-narrow-rows.js";
import { endedUnwell } from "./0004-ended-unwell.js";

/** All steps of the schema `scheduler`, in order. */
export const schedulerMigrations: readonly Migration[] = [core, schedules, narrowRows, endedUnwell];

/** Brings the schema `scheduler` of a database up to date; safe to call from several processes at once. */
export async function migrateScheduler(url: string): Promise<void> {
  const pool = createPool({ url, max: 1, applicationName: "scheduler-migrate" });
  try {
    await migrate({ pool, schema: "scheduler", migrations: schedulerMigrations });
  } finally {
    await pool.close();
  }
}
