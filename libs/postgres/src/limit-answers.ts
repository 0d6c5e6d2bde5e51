import type { Socket } from "node:net";
import type pg from "pg";

type Query = (statement: string | object, ...more: unknown[]) => unknown;
type Callback = (...answer: unknown[]) => void;

/** Clients whose statements may take as long as they like, until they are given back. */
const unlimited = new WeakSet<object>();

/** Lets statements of a lent client take as long as the server lets them, until it is given back. Whoever lifts the server's limits of time lifts this one too. */
export function liftAnswerLimit(client: pg.PoolClient): void {
  unlimited.add(client);
}

/**
 * Breaks connections of a pool on which a statement gets no answer for so long, ms: all that waits on one fails, and the pool makes another. The driver's own limit lets
 * the statement fail and keeps the connection, and what is sent on it next waits behind the one that has failed. Copies have no limit.
 */
export function limitAnswers(pool: pg.Pool, limitMs: number): void {
  pool.on("connect", (client) => {
    const query = client.query.bind(client) as Query;
    const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection;
    const limited: Query = (statement, ...more) => {
      if (unlimited.has(client) || "submit" in Object(statement)) return query(statement, ...more);
      const answered = expectAnswer(stream, limitMs);
      const last = more.at(-1);
      if (typeof last !== "function") return (query(statement, ...more) as Promise<unknown>).finally(answered);
      const callback: Callback = (...answer) => {
        answered();
        (last as Callback)(...answer);
      };
      return query(statement, ...more.slice(0, -1), callback);
    };
    client.query = limited as typeof client.query;
  });
  pool.on("release", (_error, client) => unlimited.delete(client));
}

/** Breaks a connection after so long; returns what is called when the answer has come. */
function expectAnswer(stream: Socket, limitMs: number): () => void {
  let isAnswered = false;
  // After a pause of the process the answer may be there and not read yet.
  const give = () => setImmediate(() => isAnswered || stream.destroy(noAnswer(limitMs)));
  const timer = setTimeout(give, limitMs).unref();
  return () => {
    isAnswered = true;
    clearTimeout(timer);
  };
}

/** As a socket says that its peer does not answer. */
function noAnswer(limitMs: number): Error {
  return Object.assign(new Error(`the database gave no answer within ${limitMs} ms`), { code: "ETIMEDOUT" });
}
