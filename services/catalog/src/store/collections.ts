import { sql } from "kysely";
import type { Db, Trx } from "./database.js";
import type { StoredField } from "./slots.js";

/** A collection and where the values of its fields are. */
export interface StoredCollection {
  readonly id: number;
  readonly name: string;
  readonly fields: readonly StoredField[];
  /** Number of the newest document; 0 when there never was one. */
  readonly lastNumber: number;
}

/** The collections that are there, by name. */
export async function findCollections(
  db: Db,
  namespace: string,
  names: readonly string[],
): Promise<Map<string, StoredCollection>> {
  const { rows } = await sql<StoredCollection>`
    select id, name, fields, last_number as "lastNumber" from catalog.collections where namespace = ${namespace} and name = any(${names}::text[])`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.name, row]));
}

/** The collections by name; those that are not there are made, without fields. The names must be sorted (see `locks.ts`). */
export async function ensureCollections(
  trx: Trx,
  namespace: string,
  names: readonly string[],
): Promise<Map<string, StoredCollection>> {
  const found = await findCollections(trx, namespace, names);
  const missing = names.filter((name) => !found.has(name));
  if (missing.length === 0) return found;
  await sql`
    insert into catalog.collections (namespace, name)
    select ${namespace}, name from unnest(${missing}::text[]) as name
    on conflict do nothing`.execute(trx);
  return findCollections(trx, namespace, names);
}

/** Stores a declaration. */
export async function saveFields(trx: Trx, collectionId: number, fields: readonly StoredField[]): Promise<void> {
  await sql`update catalog.collections set fields = ${JSON.stringify(fields)}::jsonb where id = ${collectionId}`.execute(
    trx,
  );
}

/**
 * Takes the next numbers of a collection. Others wait for the end of the transaction, so that a number of a failed batch
 * goes to the next one and none is left out.
 *
 * @returns the first of them
 */
export async function reserveNumbers(trx: Trx, collectionId: number, count: number): Promise<number> {
  const { rows } = await sql<{ last_number: number }>`
    update catalog.collections set last_number = last_number + ${count} where id = ${collectionId} returning last_number`.execute(
    trx,
  );
  return (rows[0]?.last_number ?? 0) - count + 1;
}
