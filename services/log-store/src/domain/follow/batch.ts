import { gapEntry, unpackChunk } from "../../chunk/encoding.js";
import { readRuns } from "../../chunk/runs.js";
import type { Entry } from "../../model/entry.js";
import type { ReadChunk } from "../../store/read-chunks.js";
import type { BuiltChunk } from "../append/chunk-builder.js";

/** Committed entries on their way to followers. All followers share it; its entries are decoded when the first one looks. */
export interface Batch {
  readonly firstSequence: number;
  /** Sequence number behind it. */
  readonly end: number;
  /** What it takes in memory, near enough. */
  readonly bytes: number;
  readonly entries: () => readonly Entry[];
}

// An entry object with its message header, beside the text itself.
const ENTRY_BYTES = 100;

/** A chunk that this process has just written. */
export function batchOfBuilt(chunk: BuiltChunk): Batch {
  const { firstSequence, span, runs, firstAtMicros } = chunk;
  if (runs === undefined)
    return makeBatch(firstSequence, span, ENTRY_BYTES, () => [gapEntry(firstSequence, span, firstAtMicros)]);
  return makeBatch(firstSequence, span, runs.length + span * ENTRY_BYTES, () => readRuns(runs, firstSequence));
}

/** A chunk that was read. */
export function batchOfRead(chunk: ReadChunk): Batch {
  const entries = unpackChunk(chunk);
  const text = entries.reduce((bytes, { message, data }) => bytes + message.length + (data?.length ?? 0), 0);
  return makeBatch(chunk.firstSequence, chunk.span, text + entries.length * ENTRY_BYTES, () => entries);
}

function makeBatch(firstSequence: number, span: number, bytes: number, decode: () => readonly Entry[]): Batch {
  let decoded: readonly Entry[] | undefined;
  const entries = () => {
    decoded ??= decode();
    return decoded;
  };
  return { firstSequence, end: firstSequence + span, bytes, entries };
}
