import type { Pool } from "@switchyard/postgres";
import { decodeEvents, type EventRow } from "./event-row.js";

/** Rows per query; each holds the events of one flush. */
const pageSize = 200;

/** Replays the events of a shard whose number is above `after` and at most `upTo`, in order, in batches. */
export async function* readEvents(pool: Pool, shard: number, after: number, upTo: number): AsyncGenerator<EventRow[]> {
  // The row that holds `after` begins at or before it.
  let from = await rowStartingAtOrBefore(pool, shard, after);
  for (;;) {
    const { rows } = await pool.query<{ first_sequence: number; n: number; data: Buffer }>({
      name: "scheduler-read-events",
      text: `select first_sequence, n, data from scheduler.events
             where shard = $1 and first_sequence >= $2 and first_sequence <= $3 order by first_sequence limit ${pageSize}`,
      values: [shard, from, upTo],
    });
    const events = rows.flatMap((row) => decodeEvents(row.first_sequence, row.data));
    const wanted = events.filter(({ sequence }) => sequence > after && sequence <= upTo);
    if (wanted.length > 0) yield wanted;
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return;
    from = last.first_sequence + last.n;
  }
}

async function rowStartingAtOrBefore(pool: Pool, shard: number, sequence: number): Promise<number> {
  const { rows } = await pool.query<{ first_sequence: number }>(
    "select first_sequence from scheduler.events where shard = $1 and first_sequence <= $2 order by first_sequence desc limit 1",
    [shard, sequence],
  );
  return rows[0]?.first_sequence ?? 0;
}
