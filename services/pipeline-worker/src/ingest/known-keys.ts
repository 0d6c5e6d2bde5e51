import { collections } from "@switchyard/pipeline-model";
import type { DocumentStore } from "../documents/document-store.js";
import { textOf } from "../operations/json/values.js";

/** Keys of one question. */
const batchSize = 100;

/** Those of the keys under which a posting is stored at either level. */
export async function knownKeys(documents: DocumentStore, keys: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (const collection of [collections.level2, collections.level1]) {
    for (let at = 0; at < keys.length; at += batchSize) {
      const where = [{ field: "dedupe_key", values: keys.slice(at, at + batchSize) }];
      for (const { body } of await documents.list(collection, { where })) known.add(textOf(body["dedupeKey"]));
    }
  }
  return known;
}
