import type { ClientBase } from "pg";
import { SQLSTATE, sqlstateOf } from "../sqlstate.js";
import type { RecordedMigration } from "./plan.js";

/**
 * Reads which steps a schema has run, in order; none where there is no such schema or no record in it. Steps that were recorded before steps said
 * what they are compatible with count as compatible with nothing.
 */
export async function readRecord(client: Pick<ClientBase, "query">, schema: string): Promise<RecordedMigration[]> {
  try {
    // By way of JSON, since an older record lacks the column, and whoever only looks may not add it.
    const { rows } = await client.query<RecordedMigration>(
      `select name, checksum, coalesce(to_jsonb(m) ->> 'least_step', name) as "leastStep"
       from ${schema}.migrations m order by name`,
    );
    return rows;
  } catch (error) {
    if (sqlstateOf(error) === SQLSTATE.undefinedTable) return [];
    throw error;
  }
}
