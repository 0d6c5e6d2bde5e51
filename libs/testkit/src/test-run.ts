import pg from "pg";
import { withAdmin } from "./admin.js";

/** Every database of a run begins with this. */
export function runPrefix(runId: string): string {
  return `test_${runId}_`;
}

/** Drops what a run has left on a shared server: its templates, and clones of files that were killed. */
export async function dropRun(url: string, runId: string): Promise<void> {
  await withAdmin(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "select datname as name from pg_database where starts_with(datname, $1)",
      [runPrefix(runId)],
    );
    for (const { name } of rows)
      await client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
  });
}
