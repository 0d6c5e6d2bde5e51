import { type RawBuilder, sql } from "kysely";
import type { Db } from "./database.js";

/**
 * Reads the numbers of the documents that a selection finds.
 *
 * @param among only these; all of them when it is not given
 */
export async function readMatchingNumbers(
  db: Db,
  selection: RawBuilder<unknown>,
  among?: readonly number[],
): Promise<readonly number[]> {
  const restriction = among === undefined ? sql`` : sql`where number = any(${among}::int8[])`;
  const { rows } = await sql<{ numbers: readonly number[] | null }>`
    select json_agg(number) as numbers from (${selection}) as m ${restriction}`.execute(db);
  return rows[0]?.numbers ?? [];
}
