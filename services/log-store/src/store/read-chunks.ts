import { defineStatement, type Pool } from "@switchyard/postgres";
import type { StoredChunk } from "../chunk/encoding.js";

/** A chunk with the latest time of its entries. */
export interface ReadChunk extends StoredChunk {
  readonly lastAtMicros: number;
}

/** Which chunks of a stream are read. */
export interface ChunkRange {
  readonly streamId: number;
  readonly segment: number;
  /** First sequence number wanted; the chunk that holds it is included. */
  readonly from: number;
  /** Sequence number behind the last one wanted. */
  readonly before: number;
}

/** Most chunks per query; many are small. */
const MAX_CHUNKS = 500;
/** A query ends behind the chunk that passes this many stored bytes. */
const MAX_BYTES = 512 * 1024;

// The running sum looks at sizes only: values stored out of line are fetched for the rows that are returned, not for all 500.
const page = (order: "asc" | "desc") => `
select first_seq, n, first_at, last_at, encoding, data
  from (select *, sum(octet_length(data)) over (order by first_seq ${order}) - octet_length(data) as before_it
          from (select first_seq, n, first_at, last_at, encoding, data
                  from logs.chunks
                 where segment = $4 and stream_id = $1 and first_seq < $3
                   and first_seq >= coalesce(
                     (select max(first_seq) from logs.chunks where segment = $4 and stream_id = $1 and first_seq <= $2), 0)
                 order by first_seq ${order} limit ${MAX_CHUNKS}) c) d
 where before_it < ${MAX_BYTES}
 order by first_seq ${order}`;

const forward = defineStatement("logs_read_chunks_forward", page("asc"));
const backward = defineStatement("logs_read_chunks_backward", page("desc"));

interface ChunkRow {
  first_seq: number;
  n: number;
  first_at: number;
  last_at: number;
  encoding: number;
  data: Buffer;
}

/** Reads chunks of a range from its beginning upwards, bounded by number and bytes; none: there is nothing in the range. */
export async function readChunksForward(pool: Pool, range: ChunkRange): Promise<readonly ReadChunk[]> {
  return readPage(pool, forward, range);
}

/** Reads chunks of a range from its end downwards, the last one first. */
export async function readChunksBackward(pool: Pool, range: ChunkRange): Promise<readonly ReadChunk[]> {
  return readPage(pool, backward, range);
}

async function readPage(pool: Pool, statement: typeof forward, range: ChunkRange): Promise<readonly ReadChunk[]> {
  if (range.from >= range.before) return [];
  const values = [range.streamId, range.from, range.before, range.segment];
  const { rows } = await pool.query<ChunkRow>({ ...statement, values });
  return rows.map((row) => ({
    firstSequence: row.first_seq,
    span: row.n,
    firstAtMicros: row.first_at,
    lastAtMicros: row.last_at,
    encoding: row.encoding,
    data: row.data,
  }));
}
