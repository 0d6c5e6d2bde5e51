import { type RawBuilder, sql } from "kysely";
import type { Document, DocumentFacts } from "../model/document.js";
import { type Db, isVisible, timeText } from "./database.js";

const facts = sql`d.key, d.revision, d.number, ${timeText(sql`d.created_at`)} as "createdAt",
  ${timeText(sql`d.updated_at`)} as "updatedAt", ${timeText(sql`d.expires_at`)} as "expiresAt"`;

const inCollection = (namespace: string, collection: string) => sql`
  d.collection_id = (select id from catalog.collections where namespace = ${namespace} and name = ${collection})`;

/** Finds one document by key or number. */
export async function findDocument(
  db: Db,
  namespace: string,
  collection: string,
  by: { readonly key: string } | { readonly number: number },
): Promise<Document | undefined> {
  const match: RawBuilder<unknown> = "key" in by ? sql`d.key = ${by.key}` : sql`d.number = ${by.number}`;
  const { rows } = await sql<Document>`
    select ${facts}, b.body from catalog.documents d
      join catalog.bodies b on b.collection_id = d.collection_id and b.number = d.number
     where ${inCollection(namespace, collection)} and ${match} and ${isVisible}`.execute(db);
  return rows[0];
}

/** Finds documents by keys, without their bodies, in no order. */
export async function findDocumentFacts(
  db: Db,
  namespace: string,
  collection: string,
  keys: readonly string[],
): Promise<readonly (DocumentFacts & { readonly bodyBytes: number; readonly collectionId: number })[]> {
  const { rows } = await sql<DocumentFacts & { bodyBytes: number; collectionId: number }>`
    select ${facts}, d.body_bytes as "bodyBytes", d.collection_id as "collectionId" from catalog.documents d
     where ${inCollection(namespace, collection)} and d.key = any(${keys}::text[]) and ${isVisible}`.execute(db);
  return rows;
}

/** Reads bodies by number. */
export async function findBodies(
  db: Db,
  collectionId: number,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (numbers.length === 0) return new Map();
  const { rows } = await sql<{ number: number; body: string }>`
    select number, body from catalog.bodies where collection_id = ${collectionId} and number = any(${numbers}::int8[])`.execute(
    db,
  );
  return new Map(rows.map(({ number, body }) => [number, body]));
}
