import { type RawBuilder, sql } from "kysely";
import type { DocumentFacts } from "../model/document.js";
import type { Cursor, Operand } from "../model/list-query.js";
import { decodeValue, parameter, valueText } from "./columns.js";
import { type Db, isVisible, timeText } from "./database.js";
import { type ColumnOrder, isAfter, orderTerms } from "./keyset.js";

/** One document of a page. */
export interface PageRow extends DocumentFacts {
  readonly bodyBytes: number;
  /** Values of the orders, null for absent. */
  readonly orderValues: readonly (Operand | null)[];
}

/** Which documents of a list are wanted. */
export interface PageRequest {
  readonly collectionId: number;
  readonly where: readonly RawBuilder<boolean>[];
  readonly orders: readonly ColumnOrder[];
  /** The place after which the page begins. */
  readonly after: Cursor | undefined;
  /** Documents to pass over. */
  readonly skip: number;
  readonly limit: number;
}

/**
 * Reads one page.
 *
 * A list by a field that documents may lack has two segments, those with and those without it, read one after the other:
 * the index of the field has only the first ones, and gives them in order without sorting.
 */
export async function listPage(db: Db, request: PageRequest): Promise<readonly PageRow[]> {
  const { orders, after, limit } = request;
  const [order] = orders;
  if (order === undefined || !order.column.isNullable) return readSegment(db, request);

  const { ref } = order.column;
  const present = { ...request, where: [...request.where, sql<boolean>`${ref} is not null`] };
  const absent = { ...request, where: [...request.where, sql<boolean>`${ref} is null`] };
  const [first, second] = order.absentFirst ? ([absent, present] as const) : ([present, absent] as const);
  if (after !== undefined) {
    const isInFirst = (after.values[0] === null) === order.absentFirst;
    if (!isInFirst) return readSegment(db, second);
  }
  const rows = await readSegment(db, first);
  if (rows.length >= limit) return rows;
  const skip = rows.length > 0 || request.skip === 0 ? 0 : request.skip - (await countRows(db, first));
  return [...rows, ...(await readSegment(db, { ...second, after: undefined, skip, limit: limit - rows.length }))];
}

async function readSegment(db: Db, request: PageRequest): Promise<readonly PageRow[]> {
  const { orders, skip, limit } = request;
  const values = orders.map(({ column }, index) => sql`${valueText(column)} as ${sql.ref(`o${index}`)}`);
  const { rows } = await sql<DocumentFacts & { bodyBytes: number } & Record<string, string | null>>`
    select d.key, d.revision, d.number, d.body_bytes as "bodyBytes",
           ${timeText(sql`d.created_at`)} as "createdAt", ${timeText(sql`d.updated_at`)} as "updatedAt",
           ${timeText(sql`d.expires_at`)} as "expiresAt" ${values.length === 0 ? sql`` : sql`, ${sql.join(values)}`}
      from catalog.documents d
     where ${segmentCondition(request)}
     order by ${orderTerms(orders)} offset ${skip} limit ${limit}`.execute(db);
  return rows.map((row) => ({
    ...row,
    orderValues: orders.map(({ column }, index) => {
      const text = row[`o${index}`] ?? null;
      return text === null ? null : decodeValue(column, text);
    }),
  }));
}

async function countRows(db: Db, request: PageRequest): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from catalog.documents d where ${segmentCondition(request)}`.execute(db);
  return rows[0]?.count ?? 0;
}

function segmentCondition({ collectionId, where, orders, after }: PageRequest): RawBuilder<unknown> {
  const conditions: RawBuilder<unknown>[] = [sql`d.collection_id = ${collectionId}`, isVisible, ...where];
  if (after !== undefined) {
    conditions.push(isAfter(orders, after.values, after.number));
    // Follows from the condition above, but stated so that the index of the first order can begin there. A segment holds
    // only documents with, or only documents without a value, so nulls need no mention.
    const [order] = orders;
    const value = after.values[0] ?? null;
    if (order !== undefined && value !== null) {
      const bound = sql.raw(order.descending ? "<=" : ">=");
      conditions.push(sql`${order.column.ref} ${bound} ${parameter(order.column, value)}`);
    }
  }
  return sql.join(conditions, sql` and `);
}
