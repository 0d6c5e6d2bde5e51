import { collections } from "@switchyard/pipeline-model";
import {
  type Body,
  deleteWrite,
  type DocumentContext,
  listDocuments,
  readDocument,
  readDocuments,
  writeDocuments,
} from "../documents/document-store.js";
import { indexJobView } from "./index-job.js";

const collection = collections.searchCache;

/** What an earlier search found. */
export interface CachedSearch {
  readonly results_by_source: unknown;
  readonly jobs: readonly Body[];
}

/** The answer to an earlier search of the same key, with its jobs as they are now; undefined when there is none that counts. */
export async function readCachedSearch(context: DocumentContext, key: string): Promise<CachedSearch | undefined> {
  const cached = await readDocument(context, collection, key);
  const ids = cached?.body["job_ids"];
  if (cached === undefined || !Array.isArray(ids)) return undefined;
  const keys = ids.filter((id): id is string => typeof id === "string");
  const jobs = await readDocuments(context, collections.searchIndex, keys);
  return { results_by_source: cached.body["results_by_source"] ?? {}, jobs: jobs.map(indexJobView) };
}

/** Forgets all answers. */
export async function clearSearchCache(context: DocumentContext): Promise<void> {
  for (;;) {
    const { documents } = await listDocuments(context, collection, { omitBodies: true }, 1000);
    if (documents.length === 0) return;
    await writeDocuments(
      context,
      documents.map(({ key }) => deleteWrite(collection, key)),
    );
  }
}

/** Numbers about the answers that are kept. One that has ended is not there any more. */
export async function searchCacheStats(context: DocumentContext): Promise<object> {
  const { first } = await listDocuments(context, collection, { wantTotal: true, omitBodies: true }, 1);
  const entries = Number(first.total);
  return { total_entries: entries, active_entries: entries, expired_entries: 0 };
}
