import { sql } from "kysely";
import type { Db } from "./database.js";

/** What is taken of a window. */
export interface TokenWindow {
  readonly taken: number;
  /** Milliseconds until it ends; not below 0. */
  readonly timeLeftMs: number;
}

const timeLeft = sql<number>`greatest(0, extract(epoch from w.ends_at - statement_timestamp()) * 1000)::float8 as "timeLeftMs"`;

/**
 * Takes tokens if the window has enough; begins a new window when there is none or it has ended. One statement, so any number
 * of replicas together never take more than the limit.
 *
 * @returns undefined when there are not enough; nothing was changed then
 */
export async function takeFromWindow(
  db: Db,
  request: {
    readonly namespace: string;
    readonly key: string;
    readonly limit: number;
    readonly windowMs: number;
    readonly count: number;
  },
): Promise<TokenWindow | undefined> {
  const { namespace, key, limit, windowMs, count } = request;
  // The statement's own time: one and the same in each place below.
  const now = sql`statement_timestamp()`;
  const { rows } = await sql<TokenWindow>`
    insert into catalog.token_windows as w (namespace, key, taken, ends_at)
    select ${namespace}, ${key}, ${count}::int8, ${now} + ${windowMs}::float8 * interval '1 millisecond'
     where ${count}::int8 <= ${limit}::int8
    on conflict (namespace, key) do update set
      taken = case when w.ends_at <= ${now} then excluded.taken else w.taken + excluded.taken end,
      ends_at = case when w.ends_at <= ${now} then excluded.ends_at else w.ends_at end
    where w.ends_at <= ${now} or w.taken + excluded.taken <= ${limit}::int8
    returning w.taken, ${timeLeft}`.execute(db);
  return rows[0];
}

/** Reads the present window; undefined when there is none. */
export async function findWindow(db: Db, namespace: string, key: string): Promise<TokenWindow | undefined> {
  const { rows } = await sql<TokenWindow>`
    select w.taken, ${timeLeft} from catalog.token_windows w
     where w.namespace = ${namespace} and w.key = ${key} and w.ends_at > statement_timestamp()`.execute(db);
  return rows[0];
}

/** Deletes windows that have ended; returns how many. */
export async function deleteEndedWindows(db: Db, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from catalog.token_windows w using (
      select namespace, key from catalog.token_windows where ends_at <= now() limit ${limit} for update skip locked) as ended
     where w.namespace = ended.namespace and w.key = ended.key and w.ends_at <= now()`.execute(db);
  return Number(numAffectedRows ?? 0);
}
