/** Sorts of entries as the contract numbers them. */
export const EntryType = { text: 1, gap: 2, reset: 3, truncated: 4 } as const;

/** A moment with nanoseconds, as `google.protobuf.Timestamp` has it. */
export interface Moment {
  /** Seconds since 1970-01-01 UTC; may be negative. */
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanos: number;
}

/** What a producer says of an entry; the sequence number is the store's to give. */
export interface NewEntry {
  readonly time: Moment;
  readonly level: number;
  readonly type: number;
  readonly message: string;
  /** Empty for none. */
  readonly source: string;
  /** Text of a JSON object. */
  readonly fields?: Uint8Array;
  /** Bytes of a raw entry; `message` is empty then. */
  readonly data?: Uint8Array;
}

/** One entry at its place in a stream. */
export interface Entry extends NewEntry {
  /** Dense from 0; a gap entry stands for the numbers up to the next entry's. */
  readonly sequence: number;
}

/** An entry with the place that it came from. */
export interface LogRecord {
  readonly attempt: number;
  readonly stream: string;
  readonly entry: Entry;
}

/** The largest and, negated, the smallest time that is told apart in microseconds: about 285 years around 1970. */
const MAX_MICROS = 9_000_000_000_000_000;

/** Whole microseconds since 1970, the precision by which entries are merged and chunks are found; times further away count as the bound. */
export function microsOf(time: Moment): number {
  const micros = time.seconds * 1_000_000 + Math.floor(time.nanos / 1_000);
  return Math.max(-MAX_MICROS, Math.min(MAX_MICROS, micros));
}

/** The moment of a `Date.now()` value. */
export function momentOfMs(ms: number): Moment {
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: Math.round((ms - seconds * 1_000) * 1_000_000) };
}

/** Bytes that a record takes on the wire, near enough for bounding pages and buffers. A byte that is not UTF-8 takes three there. */
export function weightOf({ message, source, fields, data }: NewEntry): number {
  return 48 + Buffer.byteLength(message) + source.length + (fields?.length ?? 0) + (data?.length ?? 0);
}

/** How much there is to look at in an entry: the same without counting bytes of UTF-8, which takes longer than many a look. */
export function lengthOf({ message, source, fields, data }: NewEntry): number {
  return 48 + message.length + source.length + (fields?.length ?? 0) + (data?.length ?? 0);
}
