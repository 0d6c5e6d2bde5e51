import { migrate, type Pool, prepareSchema, type SchemaSteps } from "@switchyard/postgres";
import { migrations } from "./migrations/index.js";

/** The schema that the catalog owns, and all its steps, in order. */
export const catalogSchema: SchemaSteps = { schema: "catalog", migrations };

/** Brings the catalog's schema up to date on a pool of the caller. */
export async function migrateCatalogOn(pool: Pool): Promise<void> {
  await migrate({ pool, ...catalogSchema });
}

/** Brings the catalog's schema up to date. */
export async function migrateCatalog(url: string): Promise<void> {
  await prepareSchema(catalogSchema, { url });
}
