import { BlobMissing, type BlobStore } from "@switchyard/blobs";
import { AgedMap } from "@switchyard/collections";
import { SwitchyardError } from "@switchyard/errors";
import type { Pool } from "@switchyard/postgres";
import type { ChunkRange, ReadChunk } from "../store/read-chunks.js";
import { listPacks, type PackRow } from "../store/packs.js";
import { createByteCache } from "./byte-cache.js";
import {
  decodeDirectory,
  decodeTable,
  directoryEntryBytes,
  findInDirectory,
  type PackedChunk,
  tableEntryBytes,
} from "./pack-format.js";
import type { ChunkToPack } from "./write-pack.js";

/** Reads archived segments. */
export interface PackReader {
  /** What is known of the chunks of a range without reading them, in rising order; undefined: the segment has no packs. */
  look(range: ChunkRange): Promise<readonly PackedChunk[] | undefined>;
  /**
   * Reads chunks of a range, from its beginning upwards or from its end downwards, the last one first; as many as lie side by side in one pack, and 512 KiB.
   * Undefined: the segment has no packs.
   */
  read(range: ChunkRange, direction: "forward" | "backward"): Promise<readonly ReadChunk[] | undefined>;
  /** All streams of a pack, by rising id. */
  streamsOf(pack: PackRow): Promise<readonly number[]>;
  /** Reads a pack from its beginning to its end, but for some streams. */
  readAll(pack: PackRow, without: ReadonlySet<number>): AsyncIterable<ChunkToPack>;
}

/** Bytes of directories and tables that are remembered. */
const cacheBytes = 32 * 1024 * 1024;
/** Segments whose packs are remembered. */
const maxSegments = 1_000;
/** Bytes of chunks that are read at a time where a pack is read as a whole. */
const readAtOnceBytes = 4 * 1024 * 1024;
/** Bytes of chunks that a reader gets at a time. */
const pageBytes = 512 * 1024;
/** Longest wait for the archive, ms. */
const patienceMs = 20_000;

/** Makes a reader of the packs in a blob store. */
export function createPackReader(pool: Pool, blobs: BlobStore): PackReader {
  const cache = createByteCache(cacheBytes);
  const known = new AgedMap<number, readonly PackRow[]>();

  async function packsOf(segment: number): Promise<readonly PackRow[]> {
    const packs = known.get(segment) ?? (await listPacks(pool, segment));
    if (packs.length === 0) return packs;
    known.set(segment, packs);
    for (let oldest = known.oldest(); oldest && known.size > maxSegments; oldest = known.oldest())
      known.delete(oldest[0]);
    return packs;
  }

  async function fetch(blobId: string, offset: number, length: number): Promise<Buffer> {
    if (length === 0) return Buffer.alloc(0);
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const piece of blobs.read(blobId, { offset, length }, AbortSignal.timeout(patienceMs))) {
        pieces.push(piece);
        bytes += piece.length;
        if (bytes >= length) break;
      }
    } catch (cause) {
      if (cause instanceof BlobMissing) throw cause;
      throw new SwitchyardError(
        "STORAGE_UNAVAILABLE",
        "the archive of logs cannot be read at the moment",
        {},
        { cause },
      );
    }
    if (bytes < length) throw new Error(`blob ${blobId} ends before byte ${offset + length}`);
    return Buffer.concat(pieces).subarray(0, length);
  }

  const part = (blobId: string, offset: number, length: number) =>
    cache.get(`${blobId} ${offset}`, () => fetch(blobId, offset, length));
  const directoryOf = ({ blobId, directoryOffset, streamCount }: PackRow) =>
    part(blobId, directoryOffset, streamCount * directoryEntryBytes);

  async function tableOf(
    { blobId }: PackRow,
    { tableOffset, chunkCount }: { tableOffset: number; chunkCount: number },
  ) {
    return decodeTable(await part(blobId, tableOffset, chunkCount * tableEntryBytes));
  }

  /** What a pack knows of the chunks of a range. */
  async function chunksIn(pack: PackRow, { streamId, from, before }: ChunkRange): Promise<readonly PackedChunk[]> {
    const entry = findInDirectory(await directoryOf(pack), streamId);
    if (entry === undefined) return [];
    const chunks = await tableOf(pack, entry);
    return chunks.filter((chunk) => chunk.firstSequence + chunk.span > from && chunk.firstSequence < before);
  }

  /** Does something with the packs of a segment; once more if one was written anew, or is gone, since they were looked up. */
  async function withPacks<T>(segment: number, act: (packs: readonly PackRow[]) => Promise<T>): Promise<T | undefined> {
    for (let isAgain = false; ; isAgain = true) {
      const packs = await packsOf(segment);
      if (packs.length === 0) return undefined;
      try {
        return await act(packs);
      } catch (error) {
        if (!(error instanceof BlobMissing) || isAgain) throw error;
        known.delete(segment);
      }
    }
  }

  /** Reads chunks that lie side by side. */
  async function readFrom({ blobId }: PackRow, chunks: readonly PackedChunk[]) {
    const begin = chunks[0]?.dataOffset ?? 0;
    const end = chunks.reduce((sum, { dataLength }) => sum + dataLength, begin);
    const bytes = await fetch(blobId, begin, end - begin);
    return chunks.map((chunk) => ({ ...chunk, data: dataOf(bytes, chunk, begin) }));
  }

  return {
    look: (range) =>
      withPacks(range.segment, async (packs) => {
        const found: PackedChunk[] = [];
        for (const pack of packsWith(packs, range)) found.push(...(await chunksIn(pack, range)));
        return found;
      }),
    read: (range, direction) =>
      withPacks(range.segment, async (packs) => {
        const isForward = direction === "forward";
        const places = packsWith(packs, range);
        for (const pack of isForward ? places : places.toReversed()) {
          const chunks = await chunksIn(pack, range);
          const [page] = cutByBytes(isForward ? chunks : chunks.toReversed(), pageBytes);
          if (page === undefined) continue;
          return isForward ? readFrom(pack, page) : (await readFrom(pack, page.reverse())).toReversed();
        }
        return [];
      }),
    async streamsOf(pack) {
      return decodeDirectory(await directoryOf(pack)).map(({ streamId }) => streamId);
    },
    async *readAll(pack, without) {
      for (const entry of decodeDirectory(await directoryOf(pack))) {
        const { streamId } = entry;
        if (without.has(streamId)) continue;
        for (const chunks of cutByBytes(await tableOf(pack, entry), readAtOnceBytes)) {
          for (const { dataOffset: _, dataLength: __, ...chunk } of await readFrom(pack, chunks))
            yield { ...chunk, streamId };
        }
      }
    },
  };
}

/** The packs that may hold a part of a range: what the next one begins with tells where a pack ends. */
function packsWith(packs: readonly PackRow[], { streamId, from, before }: ChunkRange): readonly PackRow[] {
  return packs.filter((pack, i) => {
    const next = packs[i + 1];
    return (next === undefined || !isBefore(next, streamId, from)) && isBefore(pack, streamId, before - 1);
  });
}

/** Whether a pack begins at or before this place. */
function isBefore({ firstStreamId, firstSequence }: PackRow, streamId: number, sequence: number): boolean {
  return firstStreamId < streamId || (firstStreamId === streamId && firstSequence <= sequence);
}

function dataOf(
  bytes: Buffer,
  { dataOffset, dataLength }: Pick<PackedChunk, "dataOffset" | "dataLength">,
  begin: number,
) {
  return bytes.subarray(dataOffset - begin, dataOffset - begin + dataLength);
}

/** Cuts chunks that lie side by side into rows of at most so many bytes, one chunk at least. */
function cutByBytes<C extends Pick<PackedChunk, "dataLength">>(chunks: readonly C[], maxBytes: number): C[][] {
  const rows: C[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const chunk of chunks) {
    if (bytes + chunk.dataLength > maxBytes) {
      rows.push([]);
      bytes = 0;
    }
    rows.at(-1)?.push(chunk);
    bytes += chunk.dataLength;
  }
  return rows;
}
