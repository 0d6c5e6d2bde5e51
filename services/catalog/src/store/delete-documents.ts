import { sql } from "kysely";
import type { Db } from "./database.js";

/** Names a stored document. */
export interface DocumentNumber {
  readonly collectionId: number;
  readonly number: number;
}

/** Deletes documents with all that belongs to them. */
export async function deleteDocuments(db: Db, documents: readonly DocumentNumber[]): Promise<void> {
  if (documents.length === 0) return;
  const ids = documents.map((document) => document.collectionId);
  const numbers = documents.map((document) => document.number);
  await sql`
    with gone as (select * from unnest(${ids}::int8[], ${numbers}::int8[]) as g(collection_id, number)),
         texts as (delete from catalog.search_texts s using gone g where s.collection_id = g.collection_id and s.number = g.number),
         uniques as (delete from catalog.unique_values u using gone g where u.collection_id = g.collection_id and u.number = g.number),
         bodies as (delete from catalog.bodies b using gone g where b.collection_id = g.collection_id and b.number = g.number)
    delete from catalog.documents d using gone g where d.collection_id = g.collection_id and d.number = g.number`.execute(
    db,
  );
}

/**
 * Deletes documents whose time has come. Rows that a batch holds are passed over: it decides by itself what an ended
 * document means to it.
 *
 * @returns how many were deleted
 */
export async function deleteEndedDocuments(db: Db, limit: number): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<DocumentNumber>`
      select collection_id as "collectionId", number from catalog.documents
       where expires_at <= now() order by expires_at limit ${limit} for update skip locked`.execute(trx);
    await deleteDocuments(trx, rows);
    return rows.length;
  });
}
