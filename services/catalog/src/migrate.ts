import { createPool, migrate, type Pool } from "@switchyard/postgres";
import { migrations } from "./migrations/index.js";

/** The schema that the catalog owns. */
export const schema = "catalog";

/** Brings the catalog's schema up to date on a pool of the caller. */
export async function migrateCatalogOn(pool: Pool): Promise<void> {
  await migrate({ pool, schema, migrations });
}

/** Brings the catalog's schema up to date. */
export async function migrateCatalog(url: string): Promise<void> {
  const pool = createPool({ url, max: 1, applicationName: "catalog-migrate" });
  try {
    await migrateCatalogOn(pool);
  } finally {
    await pool.close();
  }
}
