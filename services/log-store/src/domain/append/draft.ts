import { type Moment, microsOf, type NewEntry } from "../../model/entry.js";

/** Lines of a process, kept as the bytes that came. */
export interface LinesDraft {
  readonly kind: "lines";
  /** Joined by line feeds, without one at the end. */
  readonly bytes: Uint8Array;
  /** Lines. */
  readonly count: number;
  readonly time: Moment;
  readonly level: number;
  readonly source: string;
  /** The text ended without a line feed: its last line may go on in the next append. */
  readonly endsOpen?: boolean;
}

/** Entries with properties of their own. */
export interface EntriesDraft {
  readonly kind: "entries";
  readonly entries: readonly NewEntry[];
}

/** What one append wants to add, checked and split. */
export type Draft = LinesDraft | EntriesDraft;

/** Entries in a draft. */
export function countOf(draft: Draft): number {
  return draft.kind === "lines" ? draft.count : draft.entries.length;
}

/** Bytes of text in a draft, line ends not counted. */
export function textBytesOf(draft: Draft): number {
  if (draft.kind === "lines") return draft.count === 0 ? 0 : draft.bytes.length - (draft.count - 1);
  let bytes = 0;
  for (const { message, data } of draft.entries) bytes += data?.length ?? Buffer.byteLength(message);
  return bytes;
}

/** Bytes that a draft takes in memory and in a chunk, near enough for bounding both. */
export function sizeOf(draft: Draft): number {
  if (draft.kind === "lines") return draft.bytes.length + 32;
  let bytes = 0;
  for (const { message, data, fields, source } of draft.entries) {
    bytes += 32 + message.length + source.length + (data?.length ?? 0) + (fields?.length ?? 0);
  }
  return bytes;
}

/** Earliest-written-first times of a draft: its first entry's, and its latest, in microseconds. */
export function timesOf(draft: Draft): { readonly first: number; readonly last: number } {
  if (draft.kind === "lines") {
    const at = microsOf(draft.time);
    return { first: at, last: at };
  }
  const times = draft.entries.map((entry) => microsOf(entry.time));
  return { first: times[0] ?? 0, last: times.reduce((latest, at) => Math.max(latest, at), Number.NEGATIVE_INFINITY) };
}

/** The entries from `from` up to, not including, `to`. */
export function sliceDraft(draft: Draft, from: number, to: number = countOf(draft)): Draft {
  if (from <= 0 && to >= countOf(draft)) return draft;
  if (draft.kind === "entries") return { kind: "entries", entries: draft.entries.slice(from, to) };
  if (from >= to) return { ...draft, bytes: new Uint8Array(0), count: 0 };
  const bytes = Buffer.from(draft.bytes.buffer, draft.bytes.byteOffset, draft.bytes.length);
  const start = skipLines(bytes, 0, from);
  // The line feed before the first line that is left out does not belong to the slice.
  const end = to >= draft.count ? bytes.length : skipLines(bytes, start, to - from) - 1;
  return { ...draft, bytes: bytes.subarray(start, end), count: Math.min(to, draft.count) - from };
}

function skipLines(bytes: Buffer, from: number, lines: number): number {
  let at = from;
  for (let i = 0; i < lines; i++) at = bytes.indexOf(0x0a, at) + 1;
  return at;
}
