import { type RawBuilder, sql } from "kysely";
import { type Column, valueJson } from "./columns.js";
import type { Db } from "./database.js";

/** Values of index fields of some documents, field by field, as the server keeps them (texts escaped); null is absent. */
export interface FieldRows {
  /** Rising. */
  readonly numbers: readonly number[];
  /** Ends of life in microseconds since 1970; null for none. */
  readonly ends: readonly (number | null)[];
  /** By field, then by document. */
  readonly values: readonly (readonly (string | number | boolean | null)[])[];
}

/** Reads fields of documents with numbers above a given one, up to `limit` of them; ended documents too. */
export function readNextFieldRows(
  db: Db,
  collectionId: number,
  columns: readonly Column[],
  afterNumber: number,
  limit: number,
): Promise<FieldRows> {
  return readFieldRows(
    db,
    collectionId,
    columns,
    sql`d.number > ${afterNumber}::int8 order by d.number limit ${limit}`,
  );
}

/** Reads fields of documents by number; ended documents too. Those that are not there are left out. */
export function readFieldRowsOf(
  db: Db,
  collectionId: number,
  columns: readonly Column[],
  numbers: readonly number[],
): Promise<FieldRows> {
  return readFieldRows(db, collectionId, columns, sql`d.number = any(${numbers}::int8[]) order by d.number`);
}

/** Whole columns as JSON arrays: the driver takes a value each in several steps, but JSON in one. */
async function readFieldRows(
  db: Db,
  collectionId: number,
  columns: readonly Column[],
  which: RawBuilder<unknown>,
): Promise<FieldRows> {
  const aliases = columns.map((_, index) => sql.ref(`v${index}`));
  const selected = columns.map((column, index) => sql`, ${valueJson(column)} as ${aliases[index]}`);
  const lists = aliases.map((alias) => sql`, coalesce(json_agg(${alias}), '[]')`);
  const { rows } = await sql<{ lists: [FieldRows["numbers"], FieldRows["ends"], ...FieldRows["values"]] }>`
    select json_build_array(coalesce(json_agg(number), '[]'), coalesce(json_agg(ends), '[]') ${sql.join(lists, sql``)}) as lists
      from (select d.number, (extract(epoch from d.expires_at) * 1000000)::float8 as ends ${sql.join(selected, sql``)}
              from catalog.documents d where d.collection_id = ${collectionId} and ${which}) as r`.execute(db);
  const [numbers, ends, ...values] = (rows[0] as (typeof rows)[0]).lists;
  return { numbers, ends, values };
}
