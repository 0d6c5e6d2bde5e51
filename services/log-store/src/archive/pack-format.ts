import type { StoredChunk } from "../chunk/encoding.js";

/**
 * A pack: a blob with many chunks of one segment, in the order of their streams and sequence numbers.
 *
 *     magic, chunks as they are stored, tables (one per stream), directory
 *
 * A table has an entry per chunk, the directory one per stream: all that a reader of one stream fetches is its table and the stretch that its chunks
 * fill. Numbers are little-endian; integers of up to 53 bits are written as doubles.
 */
export const packMagic = Buffer.from("SYLOGP01", "latin1");

/** A chunk in a pack. */
export interface PackedChunk extends Omit<StoredChunk, "data"> {
  readonly lastAtMicros: number;
  /** Bytes of text in the stream before it. */
  readonly byteOffset: number;
  /** Where in the blob its bytes begin. */
  readonly dataOffset: number;
  readonly dataLength: number;
}

/** What the directory says of a stream. */
export interface DirectoryEntry {
  readonly streamId: number;
  /** Where in the blob its table begins. */
  readonly tableOffset: number;
  readonly chunkCount: number;
}

/** Bytes of a table's entry. */
export const tableEntryBytes = 56;
/** Bytes of a directory's entry. */
export const directoryEntryBytes = 24;

/** Writes the table of a stream. */
export function encodeTable(chunks: readonly PackedChunk[]): Buffer {
  const bytes = Buffer.alloc(chunks.length * tableEntryBytes);
  for (const [i, chunk] of chunks.entries()) {
    let at = i * tableEntryBytes;
    const { firstSequence, span, firstAtMicros, lastAtMicros, byteOffset, dataOffset } = chunk;
    for (const value of [firstSequence, span, firstAtMicros, lastAtMicros, byteOffset, dataOffset])
      at = bytes.writeDoubleLE(value, at);
    at = bytes.writeUInt32LE(chunk.dataLength, at);
    bytes.writeUInt32LE(chunk.encoding, at);
  }
  return bytes;
}

/** Reads the table of a stream. */
export function decodeTable(bytes: Buffer): readonly PackedChunk[] {
  return Array.from({ length: bytes.length / tableEntryBytes }, (_, i) => {
    const at = i * tableEntryBytes;
    return {
      firstSequence: bytes.readDoubleLE(at),
      span: bytes.readDoubleLE(at + 8),
      firstAtMicros: bytes.readDoubleLE(at + 16),
      lastAtMicros: bytes.readDoubleLE(at + 24),
      byteOffset: bytes.readDoubleLE(at + 32),
      dataOffset: bytes.readDoubleLE(at + 40),
      dataLength: bytes.readUInt32LE(at + 48),
      encoding: bytes.readUInt32LE(at + 52),
    };
  });
}

/** Writes the directory; streams by rising id. */
export function encodeDirectory(entries: readonly DirectoryEntry[]): Buffer {
  const bytes = Buffer.alloc(entries.length * directoryEntryBytes);
  for (const [i, { streamId, tableOffset, chunkCount }] of entries.entries()) {
    const at = bytes.writeDoubleLE(tableOffset, bytes.writeDoubleLE(streamId, i * directoryEntryBytes));
    bytes.writeUInt32LE(chunkCount, at);
  }
  return bytes;
}

/** All streams of a directory, by rising id. */
export function decodeDirectory(directory: Buffer): readonly DirectoryEntry[] {
  return Array.from({ length: directory.length / directoryEntryBytes }, (_, i) => entryAt(directory, i));
}

/** What a directory says of one stream, by binary search; undefined: nothing. */
export function findInDirectory(directory: Buffer, streamId: number): DirectoryEntry | undefined {
  let low = 0;
  let high = directory.length / directoryEntryBytes;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (directory.readDoubleLE(middle * directoryEntryBytes) < streamId) low = middle + 1;
    else high = middle;
  }
  if (low * directoryEntryBytes >= directory.length) return undefined;
  const entry = entryAt(directory, low);
  return entry.streamId === streamId ? entry : undefined;
}

function entryAt(directory: Buffer, index: number): DirectoryEntry {
  const at = index * directoryEntryBytes;
  return {
    streamId: directory.readDoubleLE(at),
    tableOffset: directory.readDoubleLE(at + 8),
    chunkCount: directory.readUInt32LE(at + 16),
  };
}
