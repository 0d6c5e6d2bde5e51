import { sql } from "kysely";
import type { Db } from "./database.js";

/** A lease as it is now. */
export interface Lease {
  readonly holder: string;
  readonly epoch: number;
  /** Milliseconds by the database's clock; not below 0. */
  readonly timeLeftMs: number;
}

/**
 * Takes a lease if it is free, has ended, or is the holder's own. All times are the database's.
 *
 * @returns undefined when another holds it
 */
export async function takeLease(
  db: Db,
  lease: { readonly namespace: string; readonly name: string; readonly holder: string; readonly ttlMs: number },
): Promise<Lease | undefined> {
  const { namespace, name, holder, ttlMs } = lease;
  const end = sql`clock_timestamp() + ${ttlMs}::float8 * interval '1 millisecond'`;
  const { rows } = await sql<{ epoch: number }>`
    insert into catalog.leases as l (namespace, name, holder, epoch, expires_at)
    values (${namespace}, ${name}, ${holder}, 1, ${end})
    on conflict (namespace, name) do update set
      holder = excluded.holder,
      epoch = l.epoch + case when l.holder = excluded.holder then 0 else 1 end,
      expires_at = ${end}
    where l.holder = excluded.holder or l.expires_at <= clock_timestamp()
    returning epoch`.execute(db);
  return rows[0] && { holder, epoch: rows[0].epoch, timeLeftMs: ttlMs };
}

/** Reads a lease; undefined when nobody ever held it. */
export async function findLease(db: Db, namespace: string, name: string): Promise<Lease | undefined> {
  const { rows } = await sql<Lease>`
    select holder, epoch, greatest(0, extract(epoch from expires_at - clock_timestamp()) * 1000)::float8 as "timeLeftMs"
      from catalog.leases where namespace = ${namespace} and name = ${name}`.execute(db);
  return rows[0];
}

/** Gives a lease back. The row stays, so that the epoch goes on rising. */
export async function giveLeaseBack(db: Db, namespace: string, name: string, holder: string): Promise<void> {
  await sql`
    update catalog.leases set holder = '', expires_at = clock_timestamp()
     where namespace = ${namespace} and name = ${name} and holder = ${holder}`.execute(db);
}
