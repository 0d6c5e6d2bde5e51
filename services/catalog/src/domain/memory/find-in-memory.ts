import type { StoredCollection } from "../../store/collections.js";
import type { Column } from "../../store/columns.js";
import { matchingNumbersSql } from "../../store/condition-sql.js";
import type { Trx } from "../../store/database.js";
import type { ValueCount } from "../../store/summarise.js";
import type { ResolvedCondition, ResolvedQuery } from "../resolve-query.js";
import type { AskedSet } from "./asked-sets.js";
import type { CollectionMemory } from "./collection-memory.js";
import { countValues } from "./count-values.js";
import { filterRows, isOrdered } from "./filter-rows.js";
import { pageOfRows } from "./sort-rows.js";
import { splitSearch } from "./split-search.js";
import type { ValueColumn } from "./value-column.js";

/** What memory knows of a list. */
export interface FoundInMemory {
  readonly total: number;
  /** By facet that was asked for. */
  readonly facets: readonly (readonly ValueCount[])[];
  /** Numbers of the page's documents in order; undefined when an order is not in memory. */
  readonly page: readonly number[] | undefined;
}

/** A list that a snapshot looks up in memory. */
export interface MemoryQuery {
  readonly collection: StoredCollection;
  readonly query: ResolvedQuery;
  /** Time of the snapshot in microseconds since 1970. */
  readonly now: number;
  readonly skip: number;
  readonly limit: number;
}

/** A condition that the database has to be asked about, and its set. */
export interface AskedCondition extends ResolvedCondition {
  readonly key: string;
  readonly set: AskedSet;
}

/** Tells whether all values that are to be counted are in memory. */
export function isInMemory({ table }: CollectionMemory, fields: readonly Column[]): boolean {
  return fields.every(({ name }) => table.columns.has(name));
}

/** The conditions that memory cannot decide by itself. */
export function askedConditions(
  { table, sets }: CollectionMemory,
  { where }: ResolvedQuery,
): readonly AskedCondition[] {
  return where
    .filter(({ column, condition }) => !(table.columns.has(column.name) && isOrdered(condition)))
    .flatMap(({ column, condition }) => splitSearch(condition).map((part) => ({ column, condition: part })))
    .map(({ column, condition }) => {
      const key = JSON.stringify([column.name, condition.operator, condition.operands]);
      return { column, condition, key, set: sets.open(key) };
    });
}

/** Finds the documents of a list. The sets of its asked conditions are filled, and the memory shows the transaction's snapshot. */
export async function findInMemory(
  trx: Trx,
  memory: CollectionMemory,
  { collection, query, now, skip, limit }: MemoryQuery,
  asked: readonly AskedCondition[],
): Promise<FoundInMemory> {
  const { table, sets } = memory;
  for (const { column, condition, set } of asked) {
    await sets.refresh(trx, set, matchingNumbersSql(collection.id, column, condition));
  }
  const selected = table.visibleAt(now);
  for (const { column, condition } of query.where) {
    const values = table.columns.get(column.name);
    if (values !== undefined && isOrdered(condition)) filterRows(selected, column, values, condition);
  }
  for (const { set } of asked) {
    for (let row = 0; row < selected.length; row++) if (selected[row] === 1 && !set.rows.has(row)) selected[row] = 0;
  }
  let total = 0;
  for (let row = 0; row < selected.length; row++) total += selected[row] as number;
  const fields = query.orders.map(({ column }) => column);
  const orders = query.orders.map((order) => ({ order, column: table.columns.get(order.column.name) as ValueColumn }));
  return {
    total,
    facets: query.facets.map((field) => countValues(selected, field, table.columns.get(field.name) as ValueColumn)),
    page: isInMemory(memory, fields)
      ? Array.from(pageOfRows(selected, orders, skip, limit), (row) => table.numberOf(row))
      : undefined,
  };
}
