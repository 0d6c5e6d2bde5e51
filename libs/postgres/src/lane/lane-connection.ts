import pg from "pg";
import { sessionOptions } from "../session.js";
import { databaseAttributes } from "../tracing/statement-span.js";
import { traceQueries } from "../tracing/trace-queries.js";
import { pgTypes } from "../types.js";
import type { LaneConnection } from "./lane-types.js";

/** What a lane's connection is bound to. */
export interface LaneConnectionOptions {
  readonly name: string;
  readonly url: string;
  readonly transactionTimeoutMs: number;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Opens a lane's connection.
 *
 * READ COMMITTED, since a fence that takes a lock and then reads must read in a snapshot taken after the lock; under REPEATABLE
 * READ it fails without a sign. `transaction_timeout` is the only limit that ends a transaction of which half a message
 * arrived (`statement_timeout` and the limit for idle transactions don't), and such a transaction would hold its locks for ever.
 */
export async function openLaneConnection(options: LaneConnectionOptions): Promise<LaneConnection> {
  const client = new pg.Client({
    connectionString: options.url,
    application_name: options.name,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    types: pgTypes,
    options: sessionOptions({
      ...options.settings,
      default_transaction_isolation: "read committed",
      synchronous_commit: "on",
      transaction_timeout: options.transactionTimeoutMs,
    }),
  });
  traceQueries(client, databaseAttributes(options.url));
  let lost: Error | undefined;
  let ended = false;
  let callback: ((error: Error) => void) | undefined;
  const onEnd = (error: Error) => {
    if (ended || lost) return;
    lost = error;
    callback?.(error);
  };
  client.on("error", onEnd);
  client.on("end", () => onEnd(new Error("Connection terminated by the server")));
  await client.connect();
  return {
    client,
    whenLost: (listener) => {
      callback = listener;
      if (lost) listener(lost);
    },
    close: () => {
      ended = true;
      return client.end();
    },
    destroy: () => {
      ended = true;
      // With a query under way `end` destroys the socket instead of saying goodbye. Its promise tells nothing new.
      client.end().catch(() => undefined);
    },
  };
}
