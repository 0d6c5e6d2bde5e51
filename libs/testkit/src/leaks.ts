import { adminName, withAdmin } from "./admin.js";
import { eventually } from "./eventually.js";

/** Watches a database for connections that stay open. */
export interface LeakCheck {
  /** Throws when connections are left after a grace (a close takes a moment to arrive, and more on a machine that stands still); names them by application. */
  assertNone(): Promise<void>;
}

/**
 * Asks the server itself who is still connected to a database, so that pools, listeners and lanes are all found, whoever made them.
 * @param url a database of the same server other than the one that is watched, or that one: the check ignores its own sessions.
 */
export function trackLeaks(url: string, database: string, graceMs = 20_000): LeakCheck {
  return {
    assertNone: () =>
      withAdmin(url, (client) =>
        eventually(
          async () => {
            const { rows } = await client.query<{ application: string; state: string | null; query: string }>(
              `select application_name as application, state, left(query, 100) as query
                 from pg_stat_activity
                where datname = $1 and backend_type = 'client backend' and application_name <> $2
                order by application_name`,
              [database, adminName],
            );
            if (rows.length === 0) return;
            const list = rows.map(
              ({ application, state, query }) => `${application || "(no name)"} [${state}] ${query}`,
            );
            throw new Error(`${rows.length} connections to ${database} were left open:\n  ${list.join("\n  ")}`);
          },
          { timeoutMs: graceMs },
        ),
      ),
  };
}
