import { sql } from "kysely";
import type { Trx } from "./database.js";

/** A value that only one document of the collection may have. */
export interface UniqueClaim {
  readonly collectionId: number;
  readonly field: string;
  /** The value as JSON text, escaped for PostgreSQL. */
  readonly value: string;
  readonly number: number;
}

/** Gives up the unique values of documents. */
export async function releaseUniqueValues(
  trx: Trx,
  documents: readonly { readonly collectionId: number; readonly number: number }[],
): Promise<void> {
  if (documents.length === 0) return;
  await sql`
    delete from catalog.unique_values u
     using unnest(${documents.map((doc) => doc.collectionId)}::int8[], ${documents.map((doc) => doc.number)}::int8[]) as g(collection_id, number)
     where u.collection_id = g.collection_id and u.number = g.number`.execute(trx);
}

/**
 * Takes unique values. Writers of one collection with unique fields take turns (see `locks.ts`), so none waits here for another.
 *
 * @returns the claims that another document has already, or another claim of the list
 */
export async function claimUniqueValues(
  trx: Trx,
  claims: readonly UniqueClaim[],
  at: string,
): Promise<readonly UniqueClaim[]> {
  if (claims.length === 0) return [];
  const ids = claims.map((claim) => claim.collectionId);
  const fields = claims.map((claim) => claim.field);
  const values = claims.map((claim) => claim.value);
  // Ended documents that nobody has reaped yet give their values up. Their rows are held first, so that the reaper, which
  // passes over held rows, never waits for this transaction.
  await sql`
    with ended as (
      select u.collection_id, u.field, u.value
        from unnest(${ids}::int8[], ${fields}::text[], ${values}::text[]) as c(collection_id, field, value)
        join catalog.unique_values u on u.collection_id = c.collection_id and u.field = c.field and u.value = c.value
        join catalog.documents d on d.collection_id = u.collection_id and d.number = u.number
       where d.expires_at <= ${at}::timestamptz
         for update of d)
    delete from catalog.unique_values u using ended e
     where u.collection_id = e.collection_id and u.field = e.field and u.value = e.value`.execute(trx);
  const { rows } = await sql<UniqueClaim>`
    insert into catalog.unique_values (collection_id, field, value, number)
    select * from unnest(${ids}::int8[], ${fields}::text[], ${values}::text[], ${claims.map((claim) => claim.number)}::int8[])
    on conflict do nothing
    returning collection_id as "collectionId", field, value, number`.execute(trx);
  const idOf = (claim: UniqueClaim) => JSON.stringify([claim.collectionId, claim.field, claim.value, claim.number]);
  const taken = new Set(rows.map(idOf));
  return claims.filter((claim) => !taken.has(idOf(claim)));
}
