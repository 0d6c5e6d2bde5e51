import { Kysely, PostgresDialect } from "kysely";
import type { Pool } from "./pool.js";

/**
 * Creates a query builder over a pool. Names are those of the database (snake_case); nothing is renamed.
 *
 * `db.destroy()` closes the pool too; closing the pool by `pool.close()` is enough, and is what services do.
 */
export function createKysely<DB>(pool: Pool): Kysely<DB> {
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
}
