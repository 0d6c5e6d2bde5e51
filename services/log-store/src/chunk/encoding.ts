import { deflateRawSync, inflateRawSync } from "node:zlib";
import { type Entry, EntryType, type Moment } from "../model/entry.js";
import { readRuns } from "./runs.js";

/** How the bytes of a chunk are stored; part of the schema, so numbers never change their meaning. */
export const Encoding = {
  /** Runs as they are. */
  plain: 0,
  /** Runs, raw deflate. */
  deflate: 1,
  /** No bytes: the chunk stands for entries that are missing. */
  gap: 2,
  /** Never stored: stands for entries of a segment that was dropped. */
  expired: 3,
} as const;

/** Below this, compressing saves less than a page header and costs more than it saves. */
const COMPRESS_FROM_BYTES = 512;

/** Packs runs for storage. Level 1 costs a few microseconds per 100 lines and gives most of what higher levels would. */
export function packRuns(runs: Buffer): { readonly encoding: number; readonly data: Buffer } {
  if (runs.length >= COMPRESS_FROM_BYTES) {
    const data = deflateRawSync(runs, { level: 1 });
    if (data.length < runs.length) return { encoding: Encoding.deflate, data };
  }
  return { encoding: Encoding.plain, data: runs };
}

/** A chunk as it stands in its row. */
export interface StoredChunk {
  readonly firstSequence: number;
  /** Sequence numbers that it covers. */
  readonly span: number;
  readonly firstAtMicros: number;
  readonly encoding: number;
  readonly data: Buffer;
}

/** The runs of a stored chunk as bytes; undefined of a gap, which has none. */
export function chunkBytes(chunk: StoredChunk): Buffer | undefined {
  switch (chunk.encoding) {
    case Encoding.plain:
      return chunk.data;
    case Encoding.deflate:
      return inflateRawSync(chunk.data);
    case Encoding.gap:
    case Encoding.expired:
      return undefined;
    default:
      throw new RangeError(`a chunk has the unknown encoding ${chunk.encoding}`);
  }
}

/**
 * Reads the entries of a stored chunk.
 *
 * @param bytes its runs, where they are known already
 */
export function unpackChunk(chunk: StoredChunk, bytes = chunkBytes(chunk)): Entry[] {
  if (bytes === undefined) {
    const { firstSequence, span, firstAtMicros, encoding } = chunk;
    return [gapEntry(firstSequence, span, firstAtMicros, encoding === Encoding.expired ? "no longer kept" : "missing")];
  }
  return readRuns(bytes, chunk.firstSequence);
}

/** The entry that stands for others that are not there. */
export function gapEntry(
  sequence: number,
  count: number,
  atMicros: number,
  why: "missing" | "no longer kept" = "missing",
): Entry {
  const message = count === 1 ? `1 entry is ${why}` : `${count} entries are ${why}`;
  return { sequence, time: momentOfMicros(atMicros), level: 0, type: EntryType.gap, message, source: "" };
}

function momentOfMicros(micros: number): Moment {
  const seconds = Math.floor(micros / 1_000_000);
  return { seconds, nanos: (micros - seconds * 1_000_000) * 1_000 };
}
