import type { Tables } from "./tables.js";
import type { Term } from "./rows.js";

/** An error as PostgreSQL reports it: nothing of the statement has happened. */
export class ServerError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly constraint?: string,
  ) {
    super(message);
  }
}

/**
 * One statement of several parts, as `store/fenced-statement.ts` makes them: all checks see the rows as they were before it, and nothing happens when one of
 * them fails. No two parts may change the same row: what PostgreSQL does then is not defined, so it is an error here.
 */
export class Statement {
  readonly #effects: (() => void)[] = [];
  readonly #touched = new Map<string, string>();

  constructor(
    readonly tables: Tables,
    term: Term,
  ) {
    if (tables.shard(term.shard).epoch !== term.epoch)
      throw new ServerError(`shard ${term.shard} is not owned under epoch ${term.epoch} any more`, "SW001");
  }

  /** A part changes a row. */
  touch(part: string, table: string, key: string | number): void {
    const row = `${table} ${key}`;
    const other = this.#touched.get(row);
    if (other !== undefined && other !== part) throw new TwiceTouched(`${other} and ${part} change one row of ${row}`);
    this.#touched.set(row, part);
  }

  /** A row is inserted under a key. @throws ServerError when there is one */
  insert<K, V>(part: string, table: string, ns: number, rows: Map<K, V>, key: K & (string | number), row: V): void {
    this.touch(part, table, `${ns}/${key}`);
    if (rows.has(key)) throw uniqueViolation(`${table}_pkey`, `${ns}/${key}`);
    this.effect(() => rows.set(key, row));
  }

  /** Something happens if nothing is refused. */
  effect(effect: () => void): void {
    this.#effects.push(effect);
  }

  /** Does it. */
  commit(): void {
    for (const effect of this.#effects) effect();
  }
}

/** A mistake of whoever makes statements; never the database's fault. */
class TwiceTouched extends Error {}

/** Someone else has the key. */
export function uniqueViolation(constraint: string, key: string): ServerError {
  return new ServerError(`duplicate key value violates unique constraint "${constraint}": ${key}`, "23505", constraint);
}
