import type { Db, Trx } from "./database.js";

/** Reads in a transaction that sees one state of the database from its first statement on. */
export function inSnapshot<T>(db: Db, read: (trx: Trx) => Promise<T>): Promise<T> {
  return db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(read);
}
