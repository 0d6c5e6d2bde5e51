import { setTimeout as sleep } from "node:timers/promises";
import type { PoolClient } from "pg";
import type { Pool } from "./pool.js";
import { isUnavailable, SQLSTATE, sqlstateOf } from "./sqlstate.js";

/** Options of {@link inTransaction}. */
export interface TransactionOptions {
  /** How long a statement may wait for a lock, ms. Default: as long as the pool allows. */
  readonly lockTimeoutMs?: number;
  /** How often the transaction is tried when that time is over: whoever waits for a lock holds up those behind it, so it is better to come again. Default 1. */
  readonly tries?: number;
}

/** Wait before the second try, ms; before each later one so much more. */
const againMs = 50;

/** Runs `body` in one transaction; rolled back when it throws. */
export async function inTransaction<T>(
  pool: Pool,
  body: (client: PoolClient) => Promise<T>,
  { lockTimeoutMs, tries = 1 }: TransactionOptions = {},
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await tryOnce(pool, body, lockTimeoutMs);
    } catch (error) {
      if (tried >= tries || sqlstateOf(error) !== SQLSTATE.lockTimeout) throw error;
    }
    await sleep(tried * againMs);
  }
}

async function tryOnce<T>(
  pool: Pool,
  body: (client: PoolClient) => Promise<T>,
  lockTimeoutMs: number | undefined,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(lockTimeoutMs === undefined ? "begin" : `begin; set local lock_timeout = '${lockTimeoutMs}ms'`);
    const result = await body(client);
    await client.query("commit");
    return result;
  } catch (error) {
    // One that is gone, or gives no answers, would not hear it.
    if (isUnavailable(error)) broken = error as Error;
    else
      await client.query("rollback").catch((fault: Error) => {
        broken = fault;
      });
    throw error;
  } finally {
    // A connection whose rollback failed is in an unknown state and must not be lent again.
    client.release(broken);
  }
}
