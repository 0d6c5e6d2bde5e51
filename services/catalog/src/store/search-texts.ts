import { sql } from "kysely";
import type { FieldValues } from "../model/index-field.js";
import type { StoredCollection } from "./collections.js";
import type { Trx } from "./database.js";

/** The part of a document that its search texts need. */
export interface SearchedDocument {
  readonly collection: StoredCollection;
  readonly number: number;
  readonly values: FieldValues;
}

/** Replaces the search texts of documents. Configuration `simple`: words as they are, in lower case, of whatever language. */
export async function putSearchTexts(trx: Trx, documents: readonly SearchedDocument[]): Promise<void> {
  const searched = documents.filter(({ collection }) => collection.fields.some(({ kind }) => kind === "search"));
  if (searched.length === 0) return;
  await sql`
    delete from catalog.search_texts s
     using unnest(${searched.map((doc) => doc.collection.id)}::int8[], ${searched.map((doc) => doc.number)}::int8[]) as w(collection_id, number)
     where s.collection_id = w.collection_id and s.number = w.number`.execute(trx);
  const texts = searched.flatMap(({ collection, number, values }) =>
    collection.fields.flatMap(({ kind, name }) => {
      const text = kind === "search" ? values.get(name) : undefined;
      return typeof text === "string"
        ? [{ id: collection.id, number, name, text: text.replaceAll("\u0000", " ") }]
        : [];
    }),
  );
  if (texts.length === 0) return;
  await sql`
    insert into catalog.search_texts (collection_id, number, field, lexemes)
    select collection_id, number, field, to_tsvector('simple', body)
      from unnest(${texts.map((text) => text.id)}::int8[], ${texts.map((text) => text.number)}::int8[],
                  ${texts.map((text) => text.name)}::text[], ${texts.map((text) => text.text)}::text[])
           as w(collection_id, number, field, body)`.execute(trx);
}
