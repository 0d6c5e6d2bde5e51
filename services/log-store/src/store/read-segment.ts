import type { Pool } from "@switchyard/postgres";
import type { ChunkToPack } from "../archive/write-pack.js";

/** Most chunks per query; many are small. */
const maxChunks = 2_000;
/** A query ends behind the chunk that passes this many stored bytes. */
const maxBytes = 4 * 1024 * 1024;

interface Row {
  stream_id: number;
  first_seq: number;
  n: number;
  first_at: number;
  last_at: number;
  byte_offset: number;
  encoding: number;
  data: Buffer;
}

/** Reads all chunks of a segment that is in the database, by stream and sequence number, a page at a time. */
export async function* readSegment(pool: Pool, segment: number): AsyncGenerator<ChunkToPack> {
  for (let [streamId, firstSequence] = [-1, -1]; ; ) {
    // The running sum looks at sizes only: values stored out of line are fetched for the rows that are returned.
    const { rows } = await pool.query<Row>(
      `select stream_id, first_seq, n, first_at, last_at, byte_offset, encoding, data
         from (select *, sum(octet_length(data)) over (order by stream_id, first_seq) - octet_length(data) as before_it
                 from (select * from logs.chunks_${segment} where (stream_id, first_seq) > ($1, $2)
                        order by stream_id, first_seq limit ${maxChunks}) c) d
        where before_it < ${maxBytes}
        order by stream_id, first_seq`,
      [streamId, firstSequence],
    );
    for (const row of rows) yield chunkOf(row);
    const last = rows.at(-1);
    if (last === undefined) return;
    [streamId, firstSequence] = [last.stream_id, last.first_seq];
  }
}

function chunkOf(row: Row): ChunkToPack {
  return {
    streamId: row.stream_id,
    firstSequence: row.first_seq,
    span: row.n,
    firstAtMicros: row.first_at,
    lastAtMicros: row.last_at,
    byteOffset: row.byte_offset,
    encoding: row.encoding,
    data: row.data,
  };
}

/** The streams of a segment that is in the database, those behind one, by rising id. */
export async function listSegmentStreams(
  pool: Pool,
  segment: number,
  after: number,
  limit: number,
): Promise<readonly number[]> {
  const { rows } = await pool.query<{ stream_id: number }>(
    `select stream_id from logs.chunks_${segment} where stream_id > $1 group by stream_id order by stream_id limit $2`,
    [after, limit],
  );
  return rows.map(({ stream_id }) => stream_id);
}
