import type { Pool } from "@switchyard/postgres";
import type pg from "pg";
import type { PackFacts } from "../archive/write-pack.js";

/** A pack of the archive. */
export interface PackRow extends PackFacts {
  readonly segment: number;
  readonly blobId: string;
}

interface Row {
  segment: number;
  first_stream_id: number;
  first_seq: number;
  blob_id: string;
  byte_count: number;
  directory_offset: number;
  stream_count: number;
}

/** The packs of a segment, in the order of what they hold. */
export async function listPacks(pool: Pool, segment: number): Promise<readonly PackRow[]> {
  const { rows } = await pool.query<Row>(
    `select segment, first_stream_id, first_seq, blob_id, byte_count, directory_offset, stream_count
       from logs.packs where segment = $1 order by first_stream_id, first_seq`,
    [segment],
  );
  return rows.map((row) => ({
    segment: row.segment,
    firstStreamId: row.first_stream_id,
    firstSequence: row.first_seq,
    blobId: row.blob_id,
    byteCount: row.byte_count,
    directoryOffset: row.directory_offset,
    streamCount: row.stream_count,
  }));
}

/** Notes a blob before it is written, so that it is found if nobody comes to point to it. */
export async function noteLooseBlob(pool: Pool, blobId: string): Promise<void> {
  await pool.query("insert into logs.loose_blobs (blob_id) values ($1)", [blobId]);
}

/** Blobs that nobody points to. */
export async function listLooseBlobs(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ blob_id: string }>("select blob_id from logs.loose_blobs order by created_at");
  return rows.map(({ blob_id }) => blob_id);
}

/** Forgets blobs that were deleted. */
export async function forgetLooseBlobs(pool: Pool, blobIds: readonly string[]): Promise<void> {
  await pool.query("delete from logs.loose_blobs where blob_id = any($1::uuid[])", [blobIds]);
}

/**
 * Lets packs point to their blobs, in a transaction of the caller's.
 *
 * @throws Error when a blob's note is gone: somebody else has deleted the blob as one that nobody needs
 */
export async function insertPacks(client: pg.ClientBase, packs: readonly PackRow[]): Promise<void> {
  const ids = packs.map(({ blobId }) => blobId);
  const { rowCount } = await client.query("delete from logs.loose_blobs where blob_id = any($1::uuid[])", [ids]);
  if (rowCount !== packs.length) throw new Error("a pack was given up by another replica");
  await client.query(
    `insert into logs.packs (segment, first_stream_id, first_seq, blob_id, byte_count, directory_offset, stream_count)
     select * from unnest($1::int[], $2::bigint[], $3::bigint[], $4::uuid[], $5::bigint[], $6::bigint[], $7::int[])`,
    [
      packs.map(({ segment }) => segment),
      packs.map(({ firstStreamId }) => firstStreamId),
      packs.map(({ firstSequence }) => firstSequence),
      ids,
      packs.map(({ byteCount }) => byteCount),
      packs.map(({ directoryOffset }) => directoryOffset),
      packs.map(({ streamCount }) => streamCount),
    ],
  );
}

/** Takes packs away, in a transaction of the caller's; their blobs are loose from then on. */
export async function deletePacks(client: pg.ClientBase, blobIds: readonly string[]): Promise<void> {
  await client.query(
    `with gone as (delete from logs.packs where blob_id = any($1::uuid[]) returning blob_id)
     insert into logs.loose_blobs (blob_id) select blob_id from gone`,
    [blobIds],
  );
}
