import type { Entry, Moment, NewEntry } from "../model/entry.js";
import { EntryType } from "../model/entry.js";
import { ByteReader } from "./byte-reader.js";
import type { ByteWriter } from "./byte-writer.js";

/**
 * The inside of a chunk: a row of runs, each of one of two kinds.
 *
 * - Lines: text of a process, as it came. Properties once, then the number of lines and their bytes, joined by line feeds without one
 *   at the end. Reading is one UTF-8 conversion and one split, whatever the number of lines.
 * - Entries: properties per entry; times as differences to the entry before.
 *
 * Sequence numbers are not stored: the chunk's row has the first one.
 */
const LINES = 1;
const ENTRIES = 2;

const HAS_SOURCE = 1;
const HAS_FIELDS = 2;
const HAS_DATA = 4;

/** Lines that share their properties. */
export interface LineRun {
  /** Lines joined by line feeds, without one at the end. */
  readonly bytes: Uint8Array;
  /** At least 1. */
  readonly count: number;
  readonly time: Moment;
  readonly level: number;
  readonly source: string;
}

/** Writes a run of lines. */
export function writeLines(writer: ByteWriter, run: LineRun): void {
  writer.byte(LINES);
  writer.varint(run.count);
  writer.signed(run.time.seconds);
  writer.varint(run.time.nanos);
  writer.byte(run.level);
  writer.text(run.source);
  writer.bytes(run.bytes);
}

/** Writes a run of entries. */
export function writeEntries(writer: ByteWriter, entries: readonly NewEntry[]): void {
  writer.byte(ENTRIES);
  writer.varint(entries.length);
  let seconds = 0;
  for (const entry of entries) {
    const flags =
      (entry.source ? HAS_SOURCE : 0) |
      (entry.fields?.length ? HAS_FIELDS : 0) |
      (entry.data === undefined ? 0 : HAS_DATA);
    writer.byte(flags);
    writer.byte(entry.level * 16 + entry.type);
    writer.signed(entry.time.seconds - seconds);
    writer.varint(entry.time.nanos);
    seconds = entry.time.seconds;
    writer.text(entry.message);
    if (flags & HAS_SOURCE) writer.text(entry.source);
    if (flags & HAS_FIELDS) writer.bytes(entry.fields as Uint8Array);
    if (flags & HAS_DATA) writer.bytes(entry.data as Uint8Array);
  }
}

/** Reads all runs of a chunk; the first entry gets `firstSequence`. */
export function readRuns(bytes: Buffer, firstSequence: number): Entry[] {
  const reader = new ByteReader(bytes);
  const entries: Entry[] = [];
  while (!reader.done) {
    const kind = reader.byte();
    if (kind === LINES) readLineRun(reader, firstSequence, entries);
    else if (kind === ENTRIES) readEntryRun(reader, firstSequence, entries);
    else throw new RangeError(`a chunk has a run of the unknown kind ${kind}`);
  }
  return entries;
}

/**
 * The content of runs as a file has it: raw data as it came, text with a line feed behind each entry, nothing of other entries. Lines of a process, which are nearly all there is, are not
 * taken apart.
 *
 * @param from entries before this sequence number are left out
 */
export function runsAsFile(bytes: Buffer, firstSequence: number, from: number): Uint8Array[] {
  const reader = new ByteReader(bytes);
  const pieces: Uint8Array[] = [];
  for (let sequence = firstSequence; !reader.done; ) {
    const kind = reader.byte();
    const entries: Entry[] = [];
    if (kind === LINES) {
      const { count, lines } = readLineHeader(reader);
      const skipped = Math.min(count, Math.max(0, from - sequence));
      if (skipped < count) pieces.push(lines.subarray(behindLines(lines, skipped)), LINE_FEED);
      sequence += count;
      continue;
    }
    if (kind !== ENTRIES) throw new RangeError(`a chunk has a run of the unknown kind ${kind}`);
    readEntryRun(reader, sequence, entries);
    for (const entry of entries) if (entry.sequence >= from) pieces.push(...entryAsFile(entry));
    sequence += entries.length;
  }
  return pieces;
}

const LINE_FEED = Buffer.from("\n");

function entryAsFile({ type, message, data }: Entry): Uint8Array[] {
  if (data !== undefined) return [data];
  return type === EntryType.text ? [Buffer.from(message), LINE_FEED] : [];
}

/** Where the text behind so many lines begins. */
function behindLines(bytes: Buffer, lines: number): number {
  let at = 0;
  for (let i = 0; i < lines; i++) at = bytes.indexOf(0x0a, at) + 1;
  return at;
}

function readLineHeader(reader: ByteReader) {
  const count = reader.varint();
  const time: Moment = { seconds: reader.signed(), nanos: reader.varint() };
  const level = reader.byte();
  const source = reader.text();
  return { count, time, level, source, lines: reader.bytes() };
}

function readLineRun(reader: ByteReader, firstSequence: number, into: Entry[]): void {
  const { count, time, level, source, lines: bytes } = readLineHeader(reader);
  const lines = bytes.toString("utf8").split("\n");
  if (lines.length !== count) throw new RangeError(`a chunk promises ${count} lines and has ${lines.length}`);
  for (const message of lines) {
    into.push({ sequence: firstSequence + into.length, time, level, type: EntryType.text, message, source });
  }
}

function readEntryRun(reader: ByteReader, firstSequence: number, into: Entry[]): void {
  const count = reader.varint();
  let seconds = 0;
  for (let i = 0; i < count; i++) {
    const flags = reader.byte();
    const levelAndType = reader.byte();
    seconds += reader.signed();
    const nanos = reader.varint();
    const message = reader.text();
    const source = flags & HAS_SOURCE ? reader.text() : "";
    const fields = flags & HAS_FIELDS ? { fields: reader.bytes() as Uint8Array } : {};
    const data = flags & HAS_DATA ? { data: reader.bytes() as Uint8Array } : {};
    into.push({
      sequence: firstSequence + into.length,
      time: { seconds, nanos },
      level: levelAndType >> 4,
      type: levelAndType & 15,
      message,
      source,
      ...fields,
      ...data,
    });
  }
}
