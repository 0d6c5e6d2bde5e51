import type { Pool } from "@switchyard/postgres";
import { SwitchyardError } from "@switchyard/errors";
import type { PoolClient } from "pg";
import { lastOf } from "./move-namespace.js";
import { findMove } from "./placements.js";
import { atLeisure, deleteRows } from "./namespace-tables.js";
import { shardChannel } from "./shard-rows.js";

/** What a namespace brings that its rows don't say. */
export interface ArrivalFacts {
  /** Serials up to here were given out. */
  readonly serialFloor: number;
  /** The last event of the shard that it comes from. */
  readonly upTo: number;
  /** Events up to here were not kept any more. */
  readonly eventsFloor: number;
}

/** Begins an arrival: returns the number that the namespace has in this database from now on, which nobody loads yet. */
export async function beginArrival(pool: Pool, name: string, shard: number, move: string): Promise<number> {
  const { rows } = await pool.query<{ ns: number }>(
    `insert into scheduler.arrivals (ns, name, shard, move, state)
     values (nextval(pg_get_serial_sequence('scheduler.namespaces', 'id')), $1, $2, $3, 'copying') returning ns`,
    [name, shard, move],
  );
  return (rows[0] as { ns: number }).ns;
}

/**
 * Writes rows of an arrival. @throws SwitchyardError `SHARD_LOST` when the move was begun anew elsewhere: nothing more is written under its number, so
 * that who wipes it leaves nothing.
 */
export function writeArrival<T>(pool: Pool, ns: number, write: (client: PoolClient) => Promise<T>): Promise<T> {
  return atLeisure(pool, async (client) => {
    const { rowCount } = await client.query(
      "select from scheduler.arrivals where ns = $1 and state = 'copying' for share",
      [ns],
    );
    if (rowCount !== 1) throw new SwitchyardError("SHARD_LOST", "the move was begun anew by another call");
    return write(client);
  });
}

/** All is copied: it can be taken in once the move is committed. */
export async function completeArrival(pool: Pool, ns: number, facts: ArrivalFacts): Promise<void> {
  const { serialFloor, upTo, eventsFloor } = facts;
  const { rowCount } = await pool.query(
    `update scheduler.arrivals set state = 'ready', serial_floor = $2, upto = $3, events_floor = $4
     where ns = $1 and state = 'copying'`,
    [ns, serialFloor, upTo, eventsFloor],
  );
  if (rowCount !== 1) throw new SwitchyardError("SHARD_LOST", "the move was begun anew by another call");
}

/**
 * Removes what moves of a namespace left here that can't be committed any more: all but the last one that was begun. That is read behind the list of arrivals: what was
 * begun before it and is not the last is over, and what was committed was taken in before the next one began.
 */
export async function wipeArrivals(home: Pool, pool: Pool, name: string): Promise<void> {
  const { rows } = await pool.query<{ ns: number; move: string }>(
    "select ns, move from scheduler.arrivals where name = $1",
    [name],
  );
  if (rows.length === 0) return;
  const last = await findMove(home, name);
  for (const { ns, move } of rows) {
    if (move === last.move) continue;
    // Waits for a copy that is under way; none begins after it.
    await pool.query("update scheduler.arrivals set state = 'wiping' where ns = $1", [ns]);
    await deleteRows(pool, ns);
    await pool.query("delete from scheduler.arrivals where ns = $1", [ns]);
  }
}

/** Takes in what a committed move has brought: the owner of the shard begins a new term with it. Nothing happens where that was done before. */
export async function adoptArrival(pool: Pool, name: string, move: string): Promise<void> {
  await atLeisure(pool, async (client) => {
    const { rows } = await client.query<{ ns: number; shard: number; upto: number }>(
      "select ns, shard, upto from scheduler.arrivals where name = $1 and move = $2 and state = 'ready' for update",
      [name, move],
    );
    const [arrival] = rows;
    if (!arrival) return;
    const { ns, shard, upto } = arrival;
    const { rows: lasts } = await client.query<{ last: number }>(`select ${lastOf("$1")} as last`, [shard]);
    const upTo = Math.max(upto, lasts[0]?.last ?? 0);
    await client.query(
      `insert into scheduler.namespaces (id, name, shard, serial_floor) overriding system value
       select ns, name, shard, serial_floor from scheduler.arrivals where ns = $1`,
      [ns],
    );
    await client.query(
      `insert into scheduler.past_shards (ns, upto, shard, events_floor)
       select ns, $2, -ns, events_floor from scheduler.arrivals where ns = $1`,
      [ns, upTo],
    );
    await client.query(
      "update scheduler.shards set sequence_floor = greatest(sequence_floor, $2), stale_epoch = epoch where shard = $1",
      [shard, upTo],
    );
    await client.query("delete from scheduler.arrivals where ns = $1", [ns]);
    await client.query(`select pg_notify('${shardChannel}', $1)`, [String(shard)]);
  });
}
