import type { Pool } from "@switchyard/postgres";
import { deleteRows } from "./namespace-tables.js";
import { inFencedTransaction } from "./partitions.js";
import type { Term } from "./term.js";

/** A namespace that leaves a shard, by its number there. */
export interface Departure {
  readonly ns: number;
  readonly name: string;
}

/** How often a change is tried that meets a lock. */
const attempts = 5;

/** Notes that a namespace is about to leave: from now on each new term of its shard asks the home database first whether it lives here. */
export async function noteDeparture(pool: Pool, term: Term, { ns, name }: Departure): Promise<void> {
  await inFencedTransaction(pool, term, attempts, async (client) => {
    await client.query(
      "insert into scheduler.departures (ns, name, shard) values ($1, $2, $3) on conflict do nothing",
      [ns, name, term.shard],
    );
  });
}

/** Those of a shard of which it is not known whether they have left. */
export async function openDepartures(pool: Pool, shard: number): Promise<Departure[]> {
  const { rows } = await pool.query<Departure>(
    "select ns, name from scheduler.departures where shard = $1 and not gone order by ns",
    [shard],
  );
  return rows;
}

/** Notes what became of a departure: gone, the shard does not load it any more; or it stays. */
export async function settleDeparture(pool: Pool, term: Term, { ns }: Departure, isGone: boolean): Promise<void> {
  await inFencedTransaction(pool, term, attempts, async (client) => {
    if (isGone) {
      await client.query("delete from scheduler.namespaces where id = $1", [ns]);
      await client.query("update scheduler.departures set gone = true where ns = $1", [ns]);
    } else await client.query("delete from scheduler.departures where ns = $1", [ns]);
  });
}

/** Removes what namespaces of a name left here that have gone. False: one is about to leave still. */
export async function clearDepartures(pool: Pool, name: string): Promise<boolean> {
  const { rows } = await pool.query<{ ns: number; gone: boolean }>(
    "select ns, gone from scheduler.departures where name = $1",
    [name],
  );
  for (const { ns, gone } of rows) {
    if (!gone) continue;
    await deleteRows(pool, ns);
    await pool.query("delete from scheduler.departures where ns = $1", [ns]);
  }
  return rows.every(({ gone }) => gone);
}
