import { sql } from "kysely";
import type { FieldValues } from "../model/index-field.js";
import type { Trx } from "./database.js";
import { setSlots, slotDefinitions, slotList, slotListOfRecord, toSlots } from "./field-record.js";
import { putSearchTexts } from "./search-texts.js";
import type { StoredCollection } from "./collections.js";

/** A document that is written, with the values of its index fields. */
export interface DocumentRow {
  readonly collection: StoredCollection;
  readonly number: number;
  readonly key: string;
  readonly revision: number;
  readonly body: string;
  readonly expiresAt: string | null;
  readonly values: FieldValues;
}

/** Inserts or replaces documents, by number. */
export async function putDocuments(trx: Trx, rows: readonly DocumentRow[], at: string): Promise<void> {
  if (rows.length === 0) return;
  const records = rows.map((row) => ({
    collection_id: row.collection.id,
    number: row.number,
    key: row.key,
    revision: row.revision,
    body_bytes: Buffer.byteLength(row.body),
    expires_at: row.expiresAt,
    ...toSlots(row.collection.fields, row.values),
  }));
  await sql`
    insert into catalog.documents
      (collection_id, number, key, revision, body_bytes, created_at, updated_at, expires_at, ${slotList})
    select r.collection_id, r.number, r.key, r.revision, r.body_bytes, ${at}::timestamptz, ${at}::timestamptz, r.expires_at, ${slotListOfRecord}
      from json_to_recordset(${JSON.stringify(records)}::json) as r(
        collection_id int8, number int8, key text, revision int8, body_bytes int, expires_at timestamptz, ${slotDefinitions})
    on conflict (collection_id, number) do update set
      revision = excluded.revision, body_bytes = excluded.body_bytes, updated_at = excluded.updated_at,
      expires_at = excluded.expires_at, ${setSlots("excluded")}`.execute(trx);
  await sql`
    insert into catalog.bodies (collection_id, number, body)
    select * from unnest(
      ${rows.map((row) => row.collection.id)}::int8[], ${rows.map((row) => row.number)}::int8[], ${rows.map((row) => row.body)}::text[])
    on conflict (collection_id, number) do update set body = excluded.body`.execute(trx);
  await putSearchTexts(trx, rows);
}
