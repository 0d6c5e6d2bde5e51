import { sql } from "kysely";
import type { Db, Trx } from "./database.js";

/** Notes that bytes are about to be written. The reaper dooms them when the note grows old. */
export async function noteLooseBlob(db: Db, id: string): Promise<void> {
  await sql`insert into catalog.loose_blobs (id) values (${id}::uuid)`.execute(db);
}

/**
 * Takes a note away, for an artifact of the same transaction.
 *
 * @returns false when the bytes have been doomed: they may be gone
 */
export async function claimLooseBlob(trx: Trx, id: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    delete from catalog.loose_blobs where id = ${id}::uuid and not doomed`.execute(trx);
  return numAffectedRows === 1n;
}

/** Dooms bytes that are still loose. Waits for a transaction that is claiming them, and does nothing when it succeeds. */
export async function doomLooseBlob(db: Db, id: string): Promise<void> {
  await sql`update catalog.loose_blobs set doomed = true where id = ${id}::uuid`.execute(db);
}

/** Dooms bytes whose note has grown old; those that somebody is claiming are passed over. Returns how many. */
export async function doomOldLooseBlobs(db: Db, ageMs: number, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    update catalog.loose_blobs b set doomed = true from (
      select id from catalog.loose_blobs
       where not doomed and since < now() - ${ageMs}::float8 * interval '1 millisecond'
       order by since limit ${limit} for update skip locked) as old
     where b.id = old.id`.execute(db);
  return Number(numAffectedRows ?? 0);
}

/** Finds bytes that are to be deleted. */
export async function findDoomedBlobs(db: Db, limit: number): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from catalog.loose_blobs where doomed order by id limit ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}

/** Forgets bytes that have been deleted. */
export async function forgetLooseBlobs(db: Db, ids: readonly string[]): Promise<void> {
  await sql`delete from catalog.loose_blobs where id = any(${ids}::uuid[]) and doomed`.execute(db);
}
