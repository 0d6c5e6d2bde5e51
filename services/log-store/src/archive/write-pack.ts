import type { StoredChunk } from "../chunk/encoding.js";
import { type DirectoryEntry, encodeDirectory, encodeTable, type PackedChunk, packMagic } from "./pack-format.js";

/** A chunk on its way into a pack. */
export interface ChunkToPack extends StoredChunk {
  readonly streamId: number;
  readonly lastAtMicros: number;
  /** Bytes of text in the stream before it. */
  readonly byteOffset: number;
}

/** What a pack holds, for its row. */
export interface PackFacts {
  readonly firstStreamId: number;
  readonly firstSequence: number;
  readonly byteCount: number;
  readonly directoryOffset: number;
  readonly streamCount: number;
}

/** Chunks one after the other, of which the next one can be looked at. */
export interface ChunkQueue {
  /** The next chunk, which stays; undefined: there is none. */
  peek(): Promise<ChunkToPack | undefined>;
  /** Goes on behind the next chunk. */
  take(): void;
}

/** Makes a queue of chunks, which come by stream and sequence number. */
export function chunkQueue(chunks: AsyncIterable<ChunkToPack>): ChunkQueue {
  const iterator = chunks[Symbol.asyncIterator]();
  let next: Promise<ChunkToPack | undefined> | undefined;
  return {
    peek: () => (next ??= iterator.next().then(({ value, done }) => (done === true ? undefined : value))),
    take: () => {
      next = undefined;
    },
  };
}

/**
 * Takes chunks from a queue until the pack is full, or nothing is left, and returns its bytes piece by piece. What has been
 * written stays in memory as tables only.
 *
 * @param maxBytes of chunks; the pack ends with the chunk that reaches them
 * @param made is told what the pack holds, with its last piece
 */
export async function* writePack(
  queue: ChunkQueue,
  maxBytes: number,
  made: (facts: PackFacts) => void,
): AsyncGenerator<Uint8Array> {
  const first = await queue.peek();
  if (first === undefined) throw new RangeError("a pack needs a chunk");
  const tables: { readonly streamId: number; readonly chunks: PackedChunk[] }[] = [];
  let offset = packMagic.length;
  yield packMagic;
  for (
    let chunk: ChunkToPack | undefined = first;
    chunk !== undefined && offset < maxBytes;
    chunk = await queue.peek()
  ) {
    queue.take();
    const { streamId, data, ...facts } = chunk;
    if (tables.at(-1)?.streamId !== streamId) tables.push({ streamId, chunks: [] });
    tables.at(-1)?.chunks.push({ ...facts, dataOffset: offset, dataLength: data.length });
    offset += data.length;
    if (data.length > 0) yield data;
  }
  const directory: DirectoryEntry[] = [];
  for (const { streamId, chunks } of tables) {
    directory.push({ streamId, tableOffset: offset, chunkCount: chunks.length });
    const table = encodeTable(chunks);
    offset += table.length;
    yield table;
  }
  const end = encodeDirectory(directory);
  made({
    firstStreamId: first.streamId,
    firstSequence: first.firstSequence,
    byteCount: offset + end.length,
    directoryOffset: offset,
    streamCount: directory.length,
  });
  yield end;
}
