import { type RawBuilder, sql } from "kysely";
import type { Operand } from "../model/list-query.js";
import { type Column, decodeValue, valueText } from "./columns.js";
import { type Db, isVisible } from "./database.js";

/** How often one value occurs. */
export interface ValueCount {
  readonly value: Operand;
  readonly count: number;
}

/** Most values of one facet. */
export const maxFacetValues = 1_000;

/**
 * Counts all matches, and the values of some fields over them, in one pass: the documents are grouped by all facets
 * together first, which leaves few rows, and each facet is counted over those.
 */
export async function countMatches(
  db: Db,
  collectionId: number,
  where: readonly RawBuilder<boolean>[],
  facets: readonly Column[],
): Promise<{ readonly total: number; readonly facets: readonly (readonly ValueCount[])[] }> {
  const names = facets.map((_, index) => sql.ref(`f${index}`));
  const selected = facets.map(({ ref }, index) => sql`${ref} as ${names[index]}, `);
  const grouping = facets.length === 0 ? sql`` : sql`group by ${sql.join(names)}`;
  const counts = facets.map((column, index) => facetSql(column, index, names[index] as RawBuilder<unknown>));
  const { rows } = await sql<{ part: number; value: string | null; count: number }>`
    with groups as materialized (
      select ${sql.join(selected, sql``)} count(*) as n from catalog.documents d
       where ${sql.join([sql`d.collection_id = ${collectionId}`, isVisible, ...where], sql` and `)} ${grouping})
    select -1 as part, null::text as value, coalesce(sum(n), 0)::int8 as count from groups
    ${sql.join(counts, sql``)}`.execute(db);
  return {
    total: rows.find((row) => row.part === -1)?.count ?? 0,
    facets: facets.map((column, index) =>
      rows
        .filter((row) => row.part === index && row.value !== null)
        .map((row) => ({ value: decodeValue(column, row.value as string), count: row.count })),
    ),
  };
}

function facetSql(column: Column, index: number, name: RawBuilder<unknown>): RawBuilder<unknown> {
  // A member that a list names twice still is one document's.
  const from =
    column.kind === "textList"
      ? sql`groups cross join lateral (select distinct unnest(${name}) as v) as members`
      : sql`(select ${name} as v, n from groups) as groups`;
  return sql`
    union all (
      select ${index}::int, ${valueText(column, sql`v`)} as value, sum(n)::int8 from ${from} where v is not null
       group by v order by 3 desc, v limit ${maxFacetValues})`;
}

/** The largest value of each field over all matches; undefined where no match has one. Reads an index where it can. */
export async function findMaxima(
  db: Db,
  collectionId: number,
  where: readonly RawBuilder<boolean>[],
  columns: readonly Column[],
): Promise<readonly (Operand | undefined)[]> {
  if (columns.length === 0) return [];
  const maxima = columns.map((column, index) => {
    const largest = column.kind === "boolean" ? sql`bool_or(${column.ref})` : sql`max(${column.ref})`;
    return sql`${valueText(column, largest)} as ${sql.ref(`m${index}`)}`;
  });
  const { rows } = await sql<Record<string, string | null>>`
    select ${sql.join(maxima)} from catalog.documents d
     where ${sql.join([sql`d.collection_id = ${collectionId}`, isVisible, ...where], sql` and `)}`.execute(db);
  return columns.map((column, index) => {
    const text = rows[0]?.[`m${index}`] ?? null;
    return text === null ? undefined : decodeValue(column, text);
  });
}
