import { sql } from "kysely";
import { matchingNumbersSql } from "../store/condition-sql.js";
import type { StoredCollection } from "../store/collections.js";
import type { Db, Trx } from "../store/database.js";
import type { CollectionSight } from "../store/document-changes.js";
import { listPage, type PageRow } from "../store/list-page.js";
import { inSnapshot } from "../store/snapshot.js";
import type { ListRequest } from "./list-request.js";
import {
  type AskedCondition,
  askedConditions,
  findInMemory,
  type FoundInMemory,
  isInMemory,
} from "./memory/find-in-memory.js";
import type { CollectionMemory } from "./memory/collection-memory.js";
import type { Memories } from "./memory/memories.js";
import { resolveQuery, type ResolvedQuery } from "./resolve-query.js";
import { type DocumentList, limitOf, whereOf, writeList } from "./write-list.js";

/** Tries to have all of a list's sets at once. They only fail when thousands of documents change while the database is asked. */
const mostTries = 3;

/** Tells whether a list is one that memory is good for: it counts, or passes over documents, and begins at the beginning. */
export function fitsMemory({ wantTotal, facets, skip, pageToken }: ListRequest): boolean {
  return pageToken === "" && (wantTotal || facets.length > 0 || skip > 0);
}

/**
 * Lists documents with what is in memory: conditions, counts and order come from there, the documents of the page from the database.
 *
 * @returns undefined when the collection is not in memory, or memory does not know what the list asks for
 */
export async function listFromMemory(
  db: Db,
  request: ListRequest,
  memories: Memories,
): Promise<DocumentList | undefined> {
  const { namespace, collection } = request;
  for (let tries = 0; tries < mostTries; tries++) {
    const memory = fitsMemory(request) ? memories.find(namespace, collection) : undefined;
    if (memory === undefined) return undefined;
    const result = await inSnapshot(db, (trx) => tryMemory(trx, memory, request));
    if (result === "unknown") return undefined;
    if (result === "useless") memories.drop(namespace, collection, memory);
    else if (result !== "again") return result;
  }
  return undefined;
}

async function tryMemory(
  trx: Trx,
  memory: CollectionMemory,
  request: ListRequest,
): Promise<DocumentList | "again" | "unknown" | "useless"> {
  const looked = await memory.look(trx, (sight) => lookUp(trx, memory, request, sight));
  if (looked === undefined) return "useless";
  if (looked.seen === "unknown") return "unknown";
  const { collection, query, unfilled, found } = looked.seen;
  if (found === undefined) {
    await Promise.all(unfilled.map(async ({ set }) => set.filled));
    return "again";
  }
  const rows = await readPage(trx, looked.seen, found.page, request);
  return writeList(trx, { collection, request, query, rows, total: found.total, facets: found.facets });
}

interface Looked {
  readonly collection: StoredCollection;
  readonly query: ResolvedQuery;
  /** Sets that the database still has to fill. */
  readonly unfilled: readonly AskedCondition[];
  /** Undefined while there are some. */
  readonly found: FoundInMemory | undefined;
}

async function lookUp(
  trx: Trx,
  memory: CollectionMemory,
  request: ListRequest,
  { collection, now }: CollectionSight,
): Promise<Looked | "unknown"> {
  const query = resolveQuery(collection, request);
  if (!isInMemory(memory, query.facets)) return "unknown";
  const asked = askedConditions(memory, query);
  const unfilled = asked.filter(({ set }) => !set.isReady);
  // Begun here, while memory shows what the transaction sees, and waited for when others may go on.
  let begun = Promise.resolve();
  for (const { column, condition, key, set } of unfilled) {
    if (set.filled !== undefined) continue;
    begun = memory.sets.fill(trx, key, set, matchingNumbersSql(collection.id, column, condition), begun);
  }
  if (unfilled.length > 0) return { collection, query, unfilled, found: undefined };
  const place = { skip: request.skip, limit: limitOf(request) };
  return {
    collection,
    query,
    unfilled,
    found: await findInMemory(trx, memory, { collection, query, now, ...place }, asked),
  };
}

function readPage(
  trx: Trx,
  { collection, query }: Looked,
  page: readonly number[] | undefined,
  request: ListRequest,
): Promise<readonly PageRow[]> {
  const { orders } = query;
  const list = { collectionId: collection.id, orders, after: undefined, limit: limitOf(request) };
  if (page === undefined) return listPage(trx, { ...list, where: whereOf(collection, query), skip: request.skip });
  if (page.length === 0) return Promise.resolve([]);
  return listPage(trx, { ...list, where: [sql`d.number = any(${page}::int8[])`], skip: 0, limit: page.length });
}
