import type { Pool } from "@switchyard/postgres";
import { decodeEvents, type EventRow } from "./event-row.js";

/** Rows per query; each holds the events of one flush. */
const pageSize = 200;

/** Events in order, or word that those up to a number are no longer kept. */
export type ReplayStep = { readonly events: readonly EventRow[] } | { readonly lostUpTo: number };

/**
 * Replays the events of a shard whose number is above `after` and at most `upTo`, in order, in batches. A stretch that is dropped before it
 * was read is told as `lostUpTo`, unless the replay stands at the beginning (0) still.
 */
export async function* readEvents(
  pool: Pool,
  shard: number,
  after: number,
  upTo: number,
): AsyncGenerator<ReplayStep, void, void> {
  let position = after;
  // The row that holds `after` begins at or before it.
  let from = await rowStartingAtOrBefore(pool, shard, after);
  for (;;) {
    const { floor, rows } = await readPage(pool, shard, from, upTo);
    if (floor > position) {
      if (position > 0) yield { lostUpTo: Math.min(floor, upTo) };
      position = floor;
    }
    const events = rows.flatMap((row) => decodeEvents(row.first_sequence, row.data));
    const wanted = events.filter(({ sequence }) => sequence > position && sequence <= upTo);
    const last = rows.at(-1);
    if (last) position = Math.max(position, last.first_sequence + last.n - 1);
    if (wanted.length > 0) yield { events: wanted };
    if (!last || rows.length < pageSize) return;
    from = last.first_sequence + last.n;
  }
}

interface ChunkRow {
  readonly first_sequence: number;
  readonly n: number;
  readonly data: Buffer;
}

/** A page of rows, and the number up to which events are gone, of one moment. */
async function readPage(
  pool: Pool,
  shard: number,
  from: number,
  upTo: number,
): Promise<{ readonly floor: number; readonly rows: ChunkRow[] }> {
  const { rows } = await pool.query<{ floor: number } & (ChunkRow | { first_sequence: null })>(
    // What came with a namespace from another database lies under a number that no shard has.
    `select s.events_floor as floor, e.first_sequence, e.n, e.data
     from (select events_floor from scheduler.shards where shard = $1
           union all select events_floor from scheduler.past_shards where shard = $1 and shard < 0) s left join lateral (
       select first_sequence, n, data from scheduler.events
       where shard = $1 and first_sequence >= $2 and first_sequence <= $3 order by first_sequence limit ${pageSize}) e on true
     order by e.first_sequence`,
    [shard, from, upTo],
  );
  return { floor: rows[0]?.floor ?? 0, rows: rows.filter((row) => row.first_sequence !== null) };
}

async function rowStartingAtOrBefore(pool: Pool, shard: number, sequence: number): Promise<number> {
  const { rows } = await pool.query<{ first_sequence: number }>(
    "select first_sequence from scheduler.events where shard = $1 and first_sequence <= $2 order by first_sequence desc limit 1",
    [shard, sequence],
  );
  return rows[0]?.first_sequence ?? 0;
}
