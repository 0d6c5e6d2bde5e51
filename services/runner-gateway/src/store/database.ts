import type { Pool } from "@switchyard/postgres";
import type { PoolClient } from "pg";

/** What a store function needs: the pool, or a client inside a transaction. */
export type Queryable = Pick<Pool, "query"> | Pick<PoolClient, "query">;

/** Channel on which replicas tell each other that a runner changed; the payload is `["<namespace>","<id>"]`. */
export const runnerChannel = "switchyard_runners";

/** Channel on which replicas tell each other that a pool changed; the payload is the namespace. */
export const poolChannel = "switchyard_pools";

/** Channel on which replicas tell each other that an access token was revoked; the payload is its SHA-256, hexadecimal. */
export const tokenChannel = "switchyard_tokens";

/** Runs `body` in one transaction; rolled back when it throws. */
export async function inTransaction<T>(pool: Pool, body: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await body(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((fault: Error) => {
      broken = fault;
    });
    throw error;
  } finally {
    // A connection whose rollback failed is in an unknown state and must not be lent again.
    client.release(broken);
  }
}

/** Tells all replicas, at commit, that what they know of a runner is out of date. */
export async function announceRunner(db: Queryable, namespace: string, id: string): Promise<void> {
  await db.query("select pg_notify($1, $2)", [runnerChannel, JSON.stringify([namespace, id])]);
}
