import { MAX_CHUNK_BYTES, MAX_CHUNK_ENTRIES } from "../../chunk/bounds.js";
import { ByteWriter } from "../../chunk/byte-writer.js";
import { Encoding, packRuns } from "../../chunk/encoding.js";
import { writeEntries, writeLines } from "../../chunk/runs.js";
import type { ChunkToWrite } from "../../store/write-appends.js";
import { countOf, type Draft, sizeOf, sliceDraft, textBytesOf, timesOf } from "./draft.js";

/** A chunk that is to be written, with its content as it was before compression, for those who follow. */
export interface BuiltChunk extends ChunkToWrite {
  /** Undefined: a gap. */
  readonly runs: Buffer | undefined;
}

/** Packs drafts of one stream, one after the other, into as few chunks as the bounds allow. */
export class ChunkBuilder {
  readonly chunks: BuiltChunk[] = [];
  #next: number;
  #byteOffset: number;
  #open: { writer: ByteWriter; entries: number; bytes: number; firstAt: number; lastAt: number } | undefined;

  /**
   * @param next sequence number of the first entry
   * @param byteOffset bytes of text in the stream so far
   */
  constructor(next: number, byteOffset: number) {
    this.#next = next;
    this.#byteOffset = byteOffset;
  }

  /** Adds all entries of a draft. */
  add(draft: Draft): void {
    for (let rest = draft; countOf(rest) > 0; ) {
      const fitting = this.#fitting(rest);
      this.#put(fitting === countOf(rest) ? rest : sliceDraft(rest, 0, fitting));
      rest = sliceDraft(rest, fitting);
      if (countOf(rest) > 0) this.#close();
    }
  }

  /** Adds a mark for missing entries; it is a chunk of its own. */
  gap(missing: number, nowMicros: number): void {
    this.#close();
    this.chunks.push({
      firstSequence: this.#next,
      span: missing,
      firstAtMicros: nowMicros,
      lastAtMicros: nowMicros,
      byteOffset: this.#byteOffset,
      encoding: Encoding.gap,
      data: Buffer.alloc(0),
      runs: undefined,
    });
    this.#next += missing;
  }

  /** Ends the last chunk and returns all. */
  finish(): readonly BuiltChunk[] {
    this.#close();
    return this.chunks;
  }

  /** How many entries of a draft the open chunk still takes; at least one. */
  #fitting(draft: Draft): number {
    const count = countOf(draft);
    const roomEntries = MAX_CHUNK_ENTRIES - (this.#open?.entries ?? 0);
    const roomBytes = MAX_CHUNK_BYTES - (this.#open?.writer.length ?? 0);
    const size = sizeOf(draft);
    // Lines of one draft are taken for equally long: the bound is a matter of economy, not of safety.
    const byBytes = size <= roomBytes ? count : Math.floor((count * roomBytes) / size);
    return Math.max(1, Math.min(count, roomEntries, byBytes));
  }

  #put(draft: Draft): void {
    const { first, last } = timesOf(draft);
    this.#open ??= { writer: new ByteWriter(), entries: 0, bytes: 0, firstAt: first, lastAt: last };
    const open = this.#open;
    if (draft.kind === "lines") writeLines(open.writer, draft);
    else writeEntries(open.writer, draft.entries);
    open.entries += countOf(draft);
    open.bytes += textBytesOf(draft);
    open.lastAt = Math.max(open.lastAt, last);
    if (open.entries >= MAX_CHUNK_ENTRIES || open.writer.length >= MAX_CHUNK_BYTES) this.#close();
  }

  #close(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const runs = open.writer.finish();
    this.chunks.push({
      firstSequence: this.#next,
      span: open.entries,
      firstAtMicros: open.firstAt,
      lastAtMicros: open.lastAt,
      byteOffset: this.#byteOffset,
      ...packRuns(runs),
      runs,
    });
    this.#next += open.entries;
    this.#byteOffset += open.bytes;
  }
}
