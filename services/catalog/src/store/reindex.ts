import { sql } from "kysely";
import type { FieldValues } from "../model/index-field.js";
import type { StoredCollection } from "./collections.js";
import { isVisible, type Trx } from "./database.js";
import { setSlots, slotDefinitions, toSlots } from "./field-record.js";
import { putSearchTexts } from "./search-texts.js";

/** A document that is indexed anew. */
export interface IndexedDocument {
  readonly number: number;
  readonly key: string;
  readonly bodyBytes: number;
}

/** Lifts the limit on the transaction's time: an index of many documents may rightly take longer. */
export async function allowLongTransaction(trx: Trx): Promise<void> {
  await sql`set local transaction_timeout = 0`.execute(trx);
}

/** Forgets what is kept of a collection beside the documents' own rows: unique values and search texts. */
export async function clearIndex(trx: Trx, collectionId: number): Promise<void> {
  await sql`delete from catalog.unique_values where collection_id = ${collectionId}`.execute(trx);
  await sql`delete from catalog.search_texts where collection_id = ${collectionId}`.execute(trx);
}

/** Takes the next documents by number, and holds them so that the reaper does not delete them meanwhile. */
export async function holdNextDocuments(
  trx: Trx,
  collectionId: number,
  afterNumber: number,
  limit: number,
): Promise<readonly IndexedDocument[]> {
  const { rows } = await sql<IndexedDocument>`
    select number, key, body_bytes as "bodyBytes" from catalog.documents d
     where collection_id = ${collectionId} and number > ${afterNumber} and ${isVisible}
     order by number limit ${limit} for update`.execute(trx);
  return rows;
}

/** Writes the values of index fields, and nothing else, to documents that are held. */
export async function writeIndex(
  trx: Trx,
  collection: StoredCollection,
  documents: readonly { readonly number: number; readonly values: FieldValues }[],
): Promise<void> {
  const records = documents.map(({ number, values }) => ({ number, ...toSlots(collection.fields, values) }));
  await sql`
    update catalog.documents d set ${setSlots("r")}
      from json_to_recordset(${JSON.stringify(records)}::json) as r(number int8, ${slotDefinitions})
     where d.collection_id = ${collection.id} and d.number = r.number`.execute(trx);
  await putSearchTexts(
    trx,
    documents.map((document) => ({ ...document, collection })),
  );
}
