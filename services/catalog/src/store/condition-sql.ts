import { type RawBuilder, sql } from "kysely";
import type { Condition, ConditionOperator } from "../model/list-query.js";
import { arrayParameter, type Column, parameter } from "./columns.js";
import { encodeText } from "./text-code.js";

const comparisons: Partial<Record<ConditionOperator, string>> = {
  less: "<",
  lessOrEqual: "<=",
  greater: ">",
  greaterOrEqual: ">=",
};

/**
 * Writes a condition as SQL over the table alias `d`. The caller has checked that the operator fits the column and has the
 * right number of operands.
 */
export function conditionSql(collectionId: number, column: Column, condition: Condition): RawBuilder<boolean> {
  const { operator, operands } = condition;
  if (column.kind === "search") return searchSql(collectionId, column, condition);
  const comparison = comparisons[operator];
  if (comparison !== undefined) return sql`${column.ref} ${sql.raw(comparison)} ${parameter(column, first(operands))}`;
  switch (operator) {
    case "equal":
      return equalSql(column, operands);
    case "notEqual":
      return sql`(${equalSql(column, operands)}) is not true`;
    case "present":
      return sql`${column.ref} is not null`;
    case "absent":
      return sql`${column.ref} is null`;
    case "prefix":
      return anyText(column, (text) => sql`${text} like ${`${escapeLike(encoded(column, first(operands)))}%`}::text`);
    case "contains":
      return anyText(column, (text) => containsSql(text, encoded(column, first(operands))));
    default:
      throw new RangeError(`operator ${operator} does not fit ${column.kind}`);
  }
}

function equalSql(column: Column, operands: Condition["operands"]): RawBuilder<boolean> {
  if (column.kind === "textList") return sql`${column.ref} && ${arrayParameter(column, operands)}`;
  if (operands.length === 1) return sql`${column.ref} = ${parameter(column, first(operands))}`;
  return sql`${column.ref} = any(${arrayParameter(column, operands)})`;
}

function searchSql(collectionId: number, column: Column, condition: Condition): RawBuilder<boolean> {
  if (condition.operator !== "absent") return sql`d.number in (${searchedNumbers(collectionId, column, condition)})`;
  return sql`d.number not in (${searchedNumbers(collectionId, column, { ...condition, operator: "present" })})`;
}

function searchedNumbers(
  collectionId: number,
  { name }: Column,
  { operator, operands }: Condition,
): RawBuilder<unknown> {
  const texts = sql`select s.number from catalog.search_texts s where s.collection_id = ${collectionId} and s.field = ${name}`;
  if (operator === "present") return texts;
  const words = String(first(operands)).replaceAll("\u0000", " ");
  return sql`${texts} and s.lexemes @@ websearch_to_tsquery('simple', ${words}::text)`;
}

/** Selects the numbers of the documents that fulfil a condition, in no order; ended ones too. */
export function matchingNumbersSql(collectionId: number, column: Column, condition: Condition): RawBuilder<unknown> {
  // A search alone needs no look at the documents' rows.
  if (column.kind === "search" && condition.operator !== "absent")
    return searchedNumbers(collectionId, column, condition);
  const holds = conditionSql(collectionId, column, condition);
  return sql`select d.number from catalog.documents d where d.collection_id = ${collectionId} and ${holds}`;
}

function anyText(column: Column, test: (text: RawBuilder<unknown>) => RawBuilder<boolean>): RawBuilder<boolean> {
  if (column.kind !== "textList") return test(column.ref);
  return sql`exists (select from unnest(${column.ref}) as member where ${test(sql`(member collate "C")`)})`;
}

/** Letter case as Unicode has it, not only that of ASCII, which is all that collation "C" knows. */
function containsSql(text: RawBuilder<unknown>, part: string): RawBuilder<boolean> {
  const lower = (value: RawBuilder<unknown>) => sql`lower(${value} collate "pg_c_utf8")`;
  return sql`position(${lower(sql`${part}::text`)} in ${lower(text)}) > 0`;
}

function encoded(column: Column, operand: unknown): string {
  return column.isEncoded ? encodeText(String(operand)) : String(operand);
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}

function first<T>(operands: readonly T[]): T {
  const [operand] = operands;
  if (operand === undefined) throw new RangeError("the condition has no operand");
  return operand;
}
