import type { Document } from "../model/document.js";
import type { Operand } from "../model/list-query.js";
import { findCollections } from "../store/collections.js";
import type { Column } from "../store/columns.js";
import { conditionSql } from "../store/condition-sql.js";
import type { Db, Trx } from "../store/database.js";
import { findBodies } from "../store/get-documents.js";
import { listPage, type PageRow } from "../store/list-page.js";
import { withStorageErrors } from "../store/storage-error.js";
import { countMatches, findMaxima } from "../store/summarise.js";
import { countThatFits } from "./answer-size.js";
import { writeFieldValue } from "./field-value.js";
import type { ListRequest } from "./list-request.js";
import { queryFingerprint, readPageToken, writePageToken } from "./page-token.js";
import { resolveQuery, type ResolvedQuery } from "./resolve-query.js";

/** A page, and what was asked for beside it. Values are JSON texts. */
export interface DocumentList {
  readonly documents: readonly Document[];
  /** Empty at the end. */
  readonly nextPageToken: string;
  /** 0 unless asked for. */
  readonly total: number;
  readonly facets: readonly { readonly field: string; readonly values: readonly { value: string; count: number }[] }[];
  readonly maxima: Readonly<Record<string, string>>;
}

/**
 * Lists documents. All parts of one answer come from one snapshot. Pages go on after the last document that was seen, so documents
 * that are written in between neither repeat nor hide others.
 *
 * @throws SwitchyardError INVALID_ARGUMENT, PAGE_TOKEN_INVALID
 */
export function listDocuments(db: Db, request: ListRequest): Promise<DocumentList> {
  return withStorageErrors(() =>
    db
      .transaction()
      .setIsolationLevel("repeatable read")
      .setAccessMode("read only")
      .execute((trx) => listIn(trx, request)),
  );
}

async function listIn(trx: Trx, request: ListRequest): Promise<DocumentList> {
  const { namespace, collection: name, pageSize } = request;
  const collection = (await findCollections(trx, namespace, [name])).get(name);
  const query = resolveQuery(collection, request);
  const fingerprint = queryFingerprint([namespace, name, request.where, request.orders]);
  const kinds = query.orders.map(({ column }) => column.kind);
  const after = readPageToken(request.pageToken, fingerprint, kinds);
  if (collection === undefined) return emptyList(query);

  const where = query.where.map(({ column, condition }) => conditionSql(collection.id, column, condition));
  const skip = after === undefined ? request.skip : 0;
  const { orders } = query;
  // One more than wanted tells whether there is another page.
  const rows = await listPage(trx, { collectionId: collection.id, where, orders, after, skip, limit: pageSize + 1 });
  const wanted = rows.slice(0, pageSize);
  const page = request.omitBodies ? wanted : wanted.slice(0, countThatFits(wanted));
  const last = page.at(-1);
  const bodies = request.omitBodies
    ? undefined
    : await findBodies(
        trx,
        collection.id,
        page.map(({ number }) => number),
      );
  const wantCounts = request.wantTotal || query.facets.length > 0;
  const counts = wantCounts ? await countMatches(trx, collection.id, where, query.facets) : { total: 0, facets: [] };
  const maxima = await findMaxima(trx, collection.id, where, query.maxima);
  return {
    documents: page.map((row) => toDocument(row, bodies)),
    nextPageToken:
      last === undefined || page.length === rows.length
        ? ""
        : writePageToken(fingerprint, { number: last.number, values: last.orderValues }),
    total: request.wantTotal ? counts.total : 0,
    facets: query.facets.map((column, index) => ({
      field: column.name,
      values: (counts.facets[index] ?? []).map(({ value, count }) => ({ value: jsonOf(column, value), count })),
    })),
    maxima: Object.fromEntries(
      query.maxima.flatMap((column, index) => {
        const value = maxima[index];
        return value === undefined ? [] : [[column.name, jsonOf(column, value)]];
      }),
    ),
  };
}

function toDocument(
  { bodyBytes: _, orderValues: __, ...facts }: PageRow,
  bodies?: ReadonlyMap<number, string>,
): Document {
  return { ...facts, body: bodies?.get(facts.number) };
}

function jsonOf(column: Column, value: Operand): string {
  return writeFieldValue(column.kind, value);
}

function emptyList(query: ResolvedQuery): DocumentList {
  const facets = query.facets.map(({ name }) => ({ field: name, values: [] }));
  return { documents: [], nextPageToken: "", total: 0, facets, maxima: {} };
}
