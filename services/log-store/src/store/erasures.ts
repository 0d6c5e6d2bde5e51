import { inTransaction, type Pool } from "@switchyard/postgres";
import { deletePacks, insertPacks, type PackRow } from "./packs.js";

/** Streams that were deleted while an archived segment held some of their chunks, by segment. */
export async function listErasures(pool: Pool): Promise<ReadonlyMap<number, readonly number[]>> {
  const { rows } = await pool.query<{ segment: number; streams: number[] }>(
    `select e.segment, array_agg(e.stream_id order by e.stream_id) as streams
       from logs.erasures e join logs.segments g on g.id = e.segment and g.archived_at is not null
      group by e.segment order by e.segment`,
  );
  return new Map(rows.map(({ segment, streams }) => [segment, streams]));
}

/** Puts a pack in the place of another one, or (undefined) of an empty one nothing. */
export async function replacePack(pool: Pool, old: PackRow, made: PackRow | undefined): Promise<void> {
  await inTransaction(pool, async (client) => {
    await deletePacks(client, [old.blobId]);
    if (made !== undefined) await insertPacks(client, [made]);
    await client.query("update logs.segments set byte_count = byte_count + $2 where id = $1", [
      old.segment,
      (made?.byteCount ?? 0) - old.byteCount,
    ]);
  });
}

/** Forgets erasures that are done. */
export async function forgetErasures(pool: Pool, segment: number, streamIds: readonly number[]): Promise<void> {
  await pool.query("delete from logs.erasures where segment = $1 and stream_id = any($2::bigint[])", [
    segment,
    streamIds,
  ]);
}
