import { MAX_CHUNK_BYTES, MAX_CHUNK_ENTRIES } from "../chunk/bounds.js";
import { chunkBytes, packRuns } from "../chunk/encoding.js";
import type { ChunkToPack } from "./write-pack.js";

/** Neighbours that become one chunk. */
interface Merging {
  readonly chunks: ChunkToPack[];
  readonly runs: Buffer[];
  bytes: number;
  entries: number;
}

/**
 * Makes large chunks of small neighbours: a stream that grew line by line has a chunk per line, which costs more to fetch than to
 * read. Gaps stay chunks of their own, and a chunk without neighbours stays as it is.
 *
 * @param chunks by stream and sequence number
 */
export async function* mergeChunks(chunks: AsyncIterable<ChunkToPack>): AsyncGenerator<ChunkToPack> {
  let merging: Merging | undefined;
  for await (const chunk of chunks) {
    const runs = chunkBytes(chunk);
    if (runs !== undefined && merging !== undefined && fits(merging, chunk, runs)) {
      add(merging, chunk, runs);
      continue;
    }
    if (merging !== undefined) yield merged(merging);
    merging = undefined;
    if (runs === undefined) yield chunk;
    else merging = { chunks: [chunk], runs: [runs], bytes: runs.length, entries: chunk.span };
  }
  if (merging !== undefined) yield merged(merging);
}

function fits({ chunks, bytes, entries }: Merging, chunk: ChunkToPack, runs: Buffer): boolean {
  const last = chunks.at(-1);
  return (
    last?.streamId === chunk.streamId &&
    last.firstSequence + last.span === chunk.firstSequence &&
    bytes + runs.length <= MAX_CHUNK_BYTES &&
    entries + chunk.span <= MAX_CHUNK_ENTRIES
  );
}

function add(merging: Merging, chunk: ChunkToPack, runs: Buffer): void {
  merging.chunks.push(chunk);
  merging.runs.push(runs);
  merging.bytes += runs.length;
  merging.entries += chunk.span;
}

function merged({ chunks, runs, entries }: Merging): ChunkToPack {
  const first = chunks[0] as ChunkToPack;
  if (chunks.length === 1) return first;
  const lastAtMicros = chunks.reduce((latest, chunk) => Math.max(latest, chunk.lastAtMicros), first.lastAtMicros);
  return { ...first, span: entries, lastAtMicros, ...packRuns(Buffer.concat(runs)) };
}
