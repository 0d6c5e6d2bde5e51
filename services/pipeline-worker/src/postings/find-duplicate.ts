import { collections } from "@switchyard/pipeline-model";
import type { DocumentStore, StoredDocument } from "../documents/document-store.js";

/** A posting that is stored already, and where. */
export interface Duplicate {
  readonly level: 1 | 2;
  readonly posting: StoredDocument;
}

/** Looks for a posting by its key, first among those that are worked on. */
export async function findDuplicate(documents: DocumentStore, dedupeKey: string): Promise<Duplicate | undefined> {
  const where = [{ field: "dedupe_key", values: [dedupeKey] }];
  const [second] = await documents.list(collections.level2, { where, limit: 1 });
  if (second !== undefined) return { level: 2, posting: second };
  const [first] = await documents.list(collections.level1, { where, limit: 1 });
  return first === undefined ? undefined : { level: 1, posting: first };
}
