import pg from "pg";

/** What these connections are called. */
export const adminName = "testkit";

/** Connections for statements of a moment, by server: a new one costs both sides some 15 ms of processor time, and a run asks some thousand times. */
const pools = new Map<string, pg.Pool>();

function poolOf(url: string): pg.Pool {
  let pool = pools.get(url);
  if (pool === undefined) {
    pool = new pg.Pool({ connectionString: url, application_name: adminName, max: 8, allowExitOnIdle: true });
    // The server ends with the run, or the database with its test.
    pool.on("error", () => undefined);
    pools.set(url, pool);
  }
  return pool;
}

/** Runs some statements on a connection that nobody else has meanwhile. What it leaves behind in its session, the next one finds. */
export async function withAdmin<T>(url: string, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = await poolOf(url).connect();
  let failed = true;
  try {
    const result = await work(client);
    failed = false;
    return result;
  } finally {
    client.release(failed);
  }
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.href;
}
