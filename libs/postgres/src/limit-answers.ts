import type pg from "pg";

type Query = (statement: string | object, ...more: unknown[]) => unknown;

/** Clients whose statements may take as long as they like, until they are given back. */
const unlimited = new WeakSet<object>();

/** Lets statements of a lent client take as long as the server lets them, until it is given back. Whoever lifts the server's limits of time lifts this one too. */
export function liftAnswerLimit(client: pg.PoolClient): void {
  unlimited.add(client);
}

/**
 * Gives statements of a pool's clients that have no limit of their own this one, ms. The driver knows one for all statements of a connection; but a copy may take long,
 * and so may what a server was told to take its time for.
 */
export function limitAnswers(pool: pg.Pool, query_timeout: number): void {
  pool.on("connect", (client) => {
    const query = client.query.bind(client) as Query;
    const limited: Query = (statement, ...more) => {
      if (unlimited.has(client) || "submit" in Object(statement)) return query(statement, ...more);
      return query({ query_timeout, ...(typeof statement === "string" ? { text: statement } : statement) }, ...more);
    };
    client.query = limited as typeof client.query;
  });
  pool.on("release", (_error, client) => unlimited.delete(client));
}
