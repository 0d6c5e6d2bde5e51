import { collections } from "@switchyard/pipeline-model";
import { FieldCondition_Operator } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { isPostingId } from "../posting-id.js";
import {
  type Body,
  type DocumentContext,
  expectationOf,
  listDocuments,
  patchWrite,
  readDocument,
  type StoredDocument,
  untilAlone,
  writeDocuments,
} from "../documents/document-store.js";
import { naiveNow } from "../time-text.js";
import { facetsView, indexJobView } from "./index-job.js";
import { type IndexQuery, indexList } from "./index-query.js";

const collection = collections.searchIndex;

/** A stretch of the jobs that a query finds, with counts over all of them. */
export async function queryIndex(context: DocumentContext, query: IndexQuery, limit: number): Promise<object> {
  const { documents, first } = await listDocuments(context, collection, indexList(query), limit);
  const { offset } = query;
  const total = Number(first.total);
  return {
    jobs: documents.map(indexJobView),
    total,
    facets: facetsView(first.facets),
    pagination: { offset, limit, has_more: offset + documents.length < total },
  };
}

/** Finds a job of the index; undefined also for an id of another form. */
export async function findIndexJob(context: DocumentContext, id: string): Promise<StoredDocument | undefined> {
  return isPostingId(id) ? readDocument(context, collection, id.toLowerCase()) : undefined;
}

/**
 * Hides a job from lists, or shows it again.
 *
 * @returns whether there was something to do. A job that is hidden already can be hidden again, one that is shown cannot be shown.
 */
export function setHidden(context: DocumentContext, id: string, hidden: boolean): Promise<boolean> {
  return untilAlone(async () => {
    const job = await findIndexJob(context, id);
    if (job === undefined || (!hidden && job.body["hidden"] !== true)) return false;
    const patch: Body = { hidden, hidden_at: hidden ? naiveNow() : null };
    await writeDocuments(context, [patchWrite(collection, job.key, patch, expectationOf(job))]);
    return true;
  });
}

/** Numbers about the index. */
export async function indexStats(context: DocumentContext): Promise<object> {
  const scores = { where: [{ field: "score", operator: FieldCondition_Operator.PRESENT }] };
  const counts = { wantTotal: true, omitBodies: true };
  const [all, scored] = await Promise.all([
    listDocuments(context, collection, { ...counts, facets: ["promoted", "hidden"] }, 1),
    listDocuments(context, collection, { ...counts, ...scores }, 1),
  ]);
  const trueOf = (name: string) => {
    const { values = [] } = all.first.facets.find(({ field }) => field === name) ?? {};
    return Number(values.find(({ value }) => value === "true")?.count ?? 0);
  };
  const [total, hidden] = [Number(all.first.total), trueOf("hidden")];
  return {
    total_jobs: total,
    promoted: trueOf("promoted"),
    hidden,
    scored: Number(scored.first.total),
    active: total - hidden,
  };
}
