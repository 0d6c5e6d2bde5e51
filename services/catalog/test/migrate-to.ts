import { createPool, migrate } from "@switchyard/postgres";
import { migrations } from "../src/migrations/index.js";

/** Brings a database up to a step and no further, as a version before had it. */
export function migrateTo(last: string): (url: string) => Promise<void> {
  return async (url) => {
    const pool = createPool({ url, max: 1, applicationName: "catalog-migrate-to" });
    try {
      const steps = migrations.slice(0, migrations.findIndex(({ name }) => name === last) + 1);
      await migrate({ pool, schema: "catalog", migrations: steps });
    } finally {
      await pool.close();
    }
  };
}
