import { collections } from "@switchyard/pipeline-model";
import { type Body, DocumentConflict, type DocumentStore, type DocumentWrite } from "../documents/document-store.js";
import { newDocumentId } from "../documents/new-document-id.js";
import { naiveTime } from "../operations/json/times.js";
import { textOf } from "../operations/json/values.js";
import { hitKey, newIndexJob, type SearchHit, seenAgain } from "./index-job.js";

/** Hits of one write. */
const batchSize = 50;

/** Writes of a batch that are tried anew when other searches find the same postings at the same time. */
const maxTries = 10;

/** Puts hits into the index, or counts them once more. Settles with the documents, in the order of the hits. */
export async function upsertIndex(documents: DocumentStore, hits: readonly SearchHit[]): Promise<Body[]> {
  const unique = [...new Map(hits.map((hit) => [hitKey(hit), hit])).values()];
  const stored: Body[] = [];
  for (let at = 0; at < unique.length; at += batchSize)
    stored.push(...(await upsertBatch(documents, unique.slice(at, at + batchSize))));
  return stored;
}

async function upsertBatch(documents: DocumentStore, hits: readonly SearchHit[]): Promise<Body[]> {
  for (let tries = 1; ; tries++) {
    const where = [{ field: "dedupe_key", values: hits.map(hitKey) }];
    const found = await documents.list(collections.searchIndex, { where });
    const known = new Map(found.map((document) => [textOf(document.body["dedupeKey"]), document]));
    const now = naiveTime();
    const writes = hits.map((hit): DocumentWrite & { readonly put: Body } => {
      const before = known.get(hitKey(hit));
      const collection = collections.searchIndex;
      if (before !== undefined)
        return { collection, key: before.key, put: seenAgain(before.body, now), expect: { revision: before.revision } };
      const key = newDocumentId();
      return { collection, key, put: newIndexJob(key, hit, now), expect: { absent: true } };
    });
    try {
      await documents.write(writes);
      return writes.map(({ put }) => put);
    } catch (error) {
      if (!(error instanceof DocumentConflict) || tries === maxTries) throw error;
    }
  }
}
