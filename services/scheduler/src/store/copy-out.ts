import type { Pool } from "@switchyard/postgres";
import { to as copyTo } from "pg-copy-streams";

/** `PGCOPY\n\377\r\n\0`, flags, and the length of an extension that there is not (PostgreSQL's documentation of COPY, "Binary Format"). */
const headerBytes = 11 + 4 + 4;

/**
 * The columns of the one row of a query, as the server sends them in binary; null is undefined. A query's answer comes as text, in which a
 * megabyte of `bytea` is two that are made into a string first: half of the time of a start with a million open jobs.
 */
export async function readCopy(pool: Pool, query: string): Promise<(Buffer | undefined)[]> {
  const client = await pool.connect();
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of client.query(copyTo(`copy (${query}) to stdout (format binary)`)))
      chunks.push(chunk as Buffer);
    client.release();
    return columnsOf(Buffer.concat(chunks));
  } catch (error) {
    // In the middle of its answer, perhaps.
    client.release(true);
    throw error;
  }
}

function columnsOf(copy: Buffer): (Buffer | undefined)[] {
  let at = headerBytes + 2;
  return Array.from({ length: copy.readInt16BE(headerBytes) }, () => {
    const length = copy.readInt32BE(at);
    at += 4 + Math.max(0, length);
    return length < 0 ? undefined : copy.subarray(at - length, at);
  });
}
