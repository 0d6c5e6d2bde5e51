import type { Kysely, RawBuilder, Transaction } from "kysely";
import { sql } from "kysely";

/** Schema `catalog`. Its statements are written as SQL, since slots are chosen at run time; so no tables are typed here. */
// biome-ignore lint/complexity/noBannedTypes: a database without typed tables
export type CatalogTables = {};

/** A pool, or a transaction on one of its connections. */
export type Db = Kysely<CatalogTables>;

/** A transaction: what is done with it happens as a whole or not at all. */
export type Trx = Transaction<CatalogTables>;

/** A time of the database as canonical text (see `parseTime`); null stays null. */
export function timeText(time: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** The condition that a document has not ended. Within one transaction its answer for a document never changes. */
export const isVisible = sql<boolean>`(d.expires_at is null or d.expires_at > now())`;
