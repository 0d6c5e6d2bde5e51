import type pg from "pg";
import { createCommitLane } from "./commit-lane.js";
import { openLaneConnection } from "./lane-connection.js";
import type { GroupCommitLane, GroupCommitLaneOptions } from "./lane-types.js";

/** Creates a lane on a PostgreSQL connection of its own; see {@link createCommitLane} for what a lane is. */
export function createGroupCommitLane<Item, Result>(
  options: GroupCommitLaneOptions<Item, Result>,
): GroupCommitLane<Item, Result> {
  const { name, url, flush, transactionTimeoutMs = 5_000, settings = {} } = options;
  return createCommitLane<Item, Result, pg.Client>({
    ...options,
    connect: () => openLaneConnection({ name, url, transactionTimeoutMs, settings }),
    flush: options.transaction ? (client, items) => inTransaction(client, () => flush(client, items)) : flush,
  });
}

/** Runs a flush of several statements as one transaction. */
async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query("begin");
  try {
    const result = await work();
    const { command } = await client.query("commit");
    // COMMIT of a transaction that has failed is answered with ROLLBACK, not with an error.
    if (command !== "COMMIT")
      throw new Error("the transaction was rolled back, although no statement's error was thrown");
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}
