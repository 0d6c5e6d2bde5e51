import type { RawBuilder } from "kysely";
import type { Document } from "../model/document.js";
import type { Operand } from "../model/list-query.js";
import type { StoredCollection } from "../store/collections.js";
import type { Column } from "../store/columns.js";
import { conditionSql } from "../store/condition-sql.js";
import type { Trx } from "../store/database.js";
import { findBodies } from "../store/get-documents.js";
import type { PageRow } from "../store/list-page.js";
import { findMaxima, type ValueCount } from "../store/summarise.js";
import { countThatFits } from "./answer-size.js";
import { writeFieldValue } from "./field-value.js";
import type { ListRequest } from "./list-request.js";
import { queryFingerprint, writePageToken } from "./page-token.js";
import type { ResolvedQuery } from "./resolve-query.js";

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

/** What was found of a list. */
export interface FoundList {
  readonly collection: StoredCollection;
  readonly request: ListRequest;
  readonly query: ResolvedQuery;
  /** The page; one more than the request wants tells that there is another one. */
  readonly rows: readonly PageRow[];
  readonly total: number;
  /** By facet that was asked for. */
  readonly facets: readonly (readonly ValueCount[])[];
}

/** Reads the bodies and maxima of a list that was found, from the same snapshot, and makes the answer. */
export async function writeList(trx: Trx, found: FoundList): Promise<DocumentList> {
  const { collection, request, query, rows, total, facets } = found;
  const wanted = rows.slice(0, request.pageSize);
  const page = request.omitBodies ? wanted : wanted.slice(0, countThatFits(wanted));
  const numbers = page.map(({ number }) => number);
  const bodies = request.omitBodies ? undefined : await findBodies(trx, collection.id, numbers);
  const maxima = await findMaxima(trx, collection.id, whereOf(collection, query), query.maxima);
  const last = page.at(-1);
  return {
    documents: page.map((row) => toDocument(row, bodies)),
    nextPageToken:
      last === undefined || page.length === rows.length
        ? ""
        : writePageToken(fingerprintOf(request), { number: last.number, values: last.orderValues }),
    total: request.wantTotal ? total : 0,
    facets: query.facets.map((column, index) => ({
      field: column.name,
      values: (facets[index] ?? []).map(({ value, count }) => ({ value: jsonOf(column, value), count })),
    })),
    maxima: Object.fromEntries(
      query.maxima.flatMap((column, index) => {
        const value = maxima[index];
        return value === undefined ? [] : [[column.name, jsonOf(column, value)]];
      }),
    ),
  };
}

/** The conditions of a list as SQL. */
export function whereOf({ id }: StoredCollection, { where }: ResolvedQuery): readonly RawBuilder<boolean>[] {
  return where.map(({ column, condition }) => conditionSql(id, column, condition));
}

/** A digest of what a list asks for; its page tokens carry it. */
export function fingerprintOf({ namespace, collection, where, orders }: ListRequest): string {
  return queryFingerprint([namespace, collection, where, orders]);
}

/** How many documents are looked for: one more than wanted tells whether there is another page. */
export function limitOf({ pageSize }: ListRequest): number {
  return pageSize + 1;
}

/** The answer about a collection that is not there. */
export function emptyList(query: ResolvedQuery): DocumentList {
  const facets = query.facets.map(({ name }) => ({ field: name, values: [] }));
  return { documents: [], nextPageToken: "", total: 0, facets, maxima: {} };
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
