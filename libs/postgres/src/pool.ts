import pg from "pg";
import type { PostgresLog } from "./log.js";
import { limitAnswers } from "./limit-answers.js";
import { sessionOptions } from "./session.js";
import { databaseAttributes } from "./tracing/statement-span.js";
import { traceQueries } from "./tracing/trace-queries.js";
import { pgTypes } from "./types.js";

/** How a pool connects and what its sessions are limited to. */
export interface PoolOptions {
  /** `postgres://user:password@host:port/database`, optionally `?sslmode=...`. */
  readonly url: string;
  /** Most connections at once. Default 10. */
  readonly max?: number;
  /** Shown in `pg_stat_activity`, so that an operator sees who holds a connection. */
  readonly applicationName: string;
  /** Longest single statement. Default 30 000 ms; 0 switches it off. */
  readonly statementTimeoutMs?: number;
  /**
   * Longest wait for the answer to a statement, copies excepted; the connection is broken then. A server that has died, or is
   * cut off without a sign, never answers, and the network tells of it after a quarter of an hour. Default: 5 000 ms longer than `statementTimeoutMs`, when a server that
   * lives has answered; 0, or none of either, switches it off. {@link liftAnswerLimit} lifts it.
   */
  readonly answerTimeoutMs?: number;
  /** Longest transaction, idle time in it included. Default 60 000 ms; 0 switches it off. */
  readonly transactionTimeoutMs?: number;
  /** Longest wait for a row or table lock. Default: no limit of its own. */
  readonly lockTimeoutMs?: number;
  /** Longest wait for a connection: a new one, or a free one of a busy pool. Default 5 000 ms. */
  readonly connectTimeoutMs?: number;
  /** An unused connection is closed after this time. Default 30 000 ms. */
  readonly idleTimeoutMs?: number;
  /** Where the loss of connections is told. Without it nothing is said: the pool replaces such connections by itself. */
  readonly log?: PostgresLog;
}

/** A `pg` pool whose `close` may be called twice. */
export interface Pool extends pg.Pool {
  /** Waits for the connections in use, then closes all. Further calls return the same promise. */
  close(): Promise<void>;
}

/** How much later than the server a pool gives a statement up, ms. */
const answerGraceMs = 5_000;
/** A connection that is silent for so long is asked whether it lives, ms; Linux asks nine times in eleven minutes. */
const silentMs = 10_000;

/**
 * Creates a pool. Nothing is connected until the first query.
 *
 * Values are parsed as {@link pgTypes} says. Time limits are sent when a connection opens (the `options` start-up
 * parameter), which a transaction pooler in between must be configured to let through.
 */
export function createPool(options: PoolOptions): Pool {
  const { statementTimeoutMs = 30_000 } = options;
  const { answerTimeoutMs = statementTimeoutMs > 0 ? statementTimeoutMs + answerGraceMs : 0 } = options;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max ?? 10,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    idleTimeoutMillis: options.idleTimeoutMs ?? 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: silentMs,
    types: pgTypes,
    options: sessionOptions({
      statement_timeout: statementTimeoutMs,
      transaction_timeout: options.transactionTimeoutMs ?? 60_000,
      lock_timeout: options.lockTimeoutMs,
      default_transaction_isolation: "read committed",
    }),
  });
  // Without a listener the loss of an idle connection would end the process.
  pool.on("error", (error) => options.log?.warn({ err: error, pool: options.applicationName }, "idle connection lost"));
  // The same goes for one that is lent out, which the pool does not listen to. Whoever has it sees its statement fail; the pool does not lend it again.
  pool.on("connect", (client) =>
    client.on("error", (error) => options.log?.warn({ err: error, pool: options.applicationName }, "connection lost")),
  );
  if (answerTimeoutMs > 0) limitAnswers(pool, answerTimeoutMs);
  const database = databaseAttributes(options.url);
  traceQueries(pool, database);
  pool.on("connect", (client) => traceQueries(client, database));
  let closing: Promise<void> | undefined;
  return Object.assign(pool, {
    close: () => {
      closing ??= pool.end();
      return closing;
    },
  });
}
