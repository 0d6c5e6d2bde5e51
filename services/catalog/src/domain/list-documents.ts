import { findCollections } from "../store/collections.js";
import type { Db, Trx } from "../store/database.js";
import { listPage } from "../store/list-page.js";
import { inSnapshot } from "../store/snapshot.js";
import { withStorageErrors } from "../store/storage-error.js";
import { countMatches } from "../store/summarise.js";
import { fitsMemory, listFromMemory } from "./list-from-memory.js";
import type { ListRequest } from "./list-request.js";
import type { Memories } from "./memory/memories.js";
import { readPageToken } from "./page-token.js";
import { resolveQuery } from "./resolve-query.js";
import { type DocumentList, emptyList, fingerprintOf, limitOf, whereOf, writeList } from "./write-list.js";

/**
 * Lists documents. All parts of one answer come from one snapshot. Pages go on after the last document that was seen, so documents
 * that are written in between neither repeat nor hide others.
 *
 * @param memories where counts and orders of large collections may be looked up; without it the database does everything
 * @throws SwitchyardError INVALID_ARGUMENT, PAGE_TOKEN_INVALID
 */
export function listDocuments(db: Db, request: ListRequest, memories?: Memories): Promise<DocumentList> {
  return withStorageErrors(async () => {
    const list = memories === undefined ? undefined : await listFromMemory(db, request, memories);
    return list ?? inSnapshot(db, (trx) => listIn(trx, request, memories));
  });
}

async function listIn(trx: Trx, request: ListRequest, memories?: Memories): Promise<DocumentList> {
  const { namespace, collection: name } = request;
  const collection = (await findCollections(trx, namespace, [name])).get(name);
  const query = resolveQuery(collection, request);
  const kinds = query.orders.map(({ column }) => column.kind);
  const after = readPageToken(request.pageToken, fingerprintOf(request), kinds);
  if (collection === undefined) return emptyList(query);
  if (fitsMemory(request)) memories?.want(namespace, collection);

  const { orders, facets } = query;
  const where = whereOf(collection, query);
  const skip = after === undefined ? request.skip : 0;
  const limit = limitOf(request);
  const rows = await listPage(trx, { collectionId: collection.id, where, orders, after, skip, limit });
  const wantCounts = request.wantTotal || facets.length > 0;
  const counts = wantCounts ? await countMatches(trx, collection.id, where, facets) : { total: 0, facets: [] };
  return writeList(trx, { collection, request, query, rows, ...counts });
}
