import { type RawBuilder, sql } from "kysely";
import type { Operand, Order } from "../model/list-query.js";
import { type Column, parameter } from "./columns.js";

/** An order whose field has been found. */
export interface ColumnOrder extends Order {
  readonly column: Column;
}

/**
 * The terms of `order by`, ending with the number, which makes every order total. Documents with and without a value of the
 * first order are read apart; it says nothing about nulls, since the server uses its index backwards only then.
 */
export function orderTerms(orders: readonly ColumnOrder[]): RawBuilder<unknown> {
  const terms = orders.map(({ column, descending, absentFirst }, index) => {
    const direction = sql.raw(descending ? "desc" : "asc");
    if (index === 0 || !column.isNullable) return sql`${column.ref} ${direction}`;
    return sql`${column.ref} ${direction} ${sql.raw(absentFirst ? "nulls first" : "nulls last")}`;
  });
  return sql.join([...terms, sql`d.number`]);
}

/** The condition that a document comes after a place in the order; `values` has one entry per order, null for absent. */
export function isAfter(
  orders: readonly ColumnOrder[],
  values: readonly (Operand | null)[],
  number: number,
): RawBuilder<boolean> {
  const [order, ...others] = orders;
  if (order === undefined) return sql<boolean>`d.number > ${number}::int8`;
  const value = values[0] ?? null;
  const rest = isAfter(others, values.slice(1), number);
  const { column, descending, absentFirst } = order;
  if (value === null) {
    const tie = sql<boolean>`(${column.ref} is null and ${rest})`;
    return absentFirst ? sql`(${column.ref} is not null or ${tie})` : tie;
  }
  const operand = parameter(column, value);
  const beyond = sql<boolean>`${column.ref} ${sql.raw(descending ? "<" : ">")} ${operand}`;
  const tie = sql<boolean>`(${column.ref} = ${operand} and ${rest})`;
  if (!column.isNullable || absentFirst) return sql`(${beyond} or ${tie})`;
  return sql`(${beyond} or ${tie} or ${column.ref} is null)`;
}
