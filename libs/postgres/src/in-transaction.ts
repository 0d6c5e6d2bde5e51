import type { PoolClient } from "pg";
import type { Pool } from "./pool.js";

/** Options of {@link inTransaction}. */
export interface TransactionOptions {
  /** How long a statement may wait for a lock, ms. Default: as long as the pool allows. */
  readonly lockTimeoutMs?: number;
}

/** Runs `body` in one transaction; rolled back when it throws. */
export async function inTransaction<T>(
  pool: Pool,
  body: (client: PoolClient) => Promise<T>,
  { lockTimeoutMs }: TransactionOptions = {},
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(lockTimeoutMs === undefined ? "begin" : `begin; set local lock_timeout = '${lockTimeoutMs}ms'`);
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
