import { sql } from "kysely";
import type { StoredDocument } from "../model/document.js";
import { timeText, type Trx } from "./database.js";

/** Names a document inside the store. */
export interface DocumentId {
  readonly collectionId: number;
  readonly key: string;
}

/** The time of the database, now and not at the transaction's begin, as canonical text. */
export async function clockTime(trx: Trx): Promise<string> {
  const { rows } = await sql<{ at: string }>`select ${timeText(sql`clock_timestamp()`)} as at`.execute(trx);
  return (rows[0] as { at: string }).at;
}

/** Reads documents and holds them, ended ones too. The caller has locked them (see `locks.ts`). */
export async function readForWrite(
  trx: Trx,
  ids: readonly DocumentId[],
): Promise<readonly (DocumentId & StoredDocument)[]> {
  const { rows } = await sql<DocumentId & StoredDocument>`
    select d.collection_id as "collectionId", d.key, d.number, d.revision, b.body, ${timeText(sql`d.expires_at`)} as "expiresAt"
      from unnest(${ids.map((id) => id.collectionId)}::int8[], ${ids.map((id) => id.key)}::text[]) as w(collection_id, key)
      join catalog.documents d on d.collection_id = w.collection_id and d.key = w.key
      join catalog.bodies b on b.collection_id = d.collection_id and b.number = d.number
       for update of d`.execute(trx);
  return rows;
}
