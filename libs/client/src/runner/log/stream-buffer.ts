import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type LogAppendSchema,
  type LogEntrySchema,
  LogEntryType,
  LogLevel,
} from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { PlainInit } from "../../plain-init.js";
import { createLineCutter, type TextPiece } from "./line-cutter.js";

/** An entry as a producer makes it; its sequence number comes later. */
export type LogEntryInit = PlainInit<typeof LogEntrySchema>;

/** One append that is on its way. */
export interface StreamAppendInit {
  readonly append: PlainInit<typeof LogAppendSchema>;
  /** About as many bytes as it has on the wire. */
  readonly bytes: number;
  readonly entries: number;
}

/** What one log stream of an attempt has not got acknowledged yet. */
export interface StreamBuffer {
  readonly name: string;
  /** Bytes that are held here, those on their way included. */
  readonly bufferedBytes: number;
  /** Nothing is left to send. */
  readonly empty: boolean;
  /** Entries that the stream has, as far as is known: the acknowledged ones, and after `end` all. */
  readonly length: bigint;
  /** Takes bytes of a process; whole lines are ready at once. */
  write(chunk: Uint8Array): void;
  /** Takes one entry. Beyond 16 MiB of unsent entries it is left out, and a gap entry says how many were. */
  add(entry: LogEntryInit): void;
  /** Lets the begun line go too. */
  end(): void;
  /** The next append, at most about 64 KiB or 5,000 entries; it is the same one until it is acknowledged or dropped. */
  take(): StreamAppendInit | undefined;
  /** The append is durable. */
  acknowledge(nextSequence: bigint): void;
  /** The append goes again, this time recording missing entries before it. False if it did so already. */
  allowGap(): boolean;
  /** The append is given up; a gap entry tells of it. */
  drop(why: string): void;
  /** Everything is given up, what comes later too. */
  discard(): void;
}

type Item =
  | { readonly kind: "text"; readonly piece: TextPiece; readonly at: number; readonly bytes: number }
  | { readonly kind: "entry"; readonly entry: LogEntryInit; readonly bytes: number };

const appendBytes = 64 * 1024;
const appendEntries = 5_000;
const mostUnsentBytes = 16 * 1024 * 1024;
const entryOverhead = 32;

/** Makes the buffer of a stream that is empty in the store. */
export function createStreamBuffer(name: string, wallClock: () => number = Date.now): StreamBuffer {
  const cutter = createLineCutter();
  let items: Item[] = [];
  let queuedBytes = 0;
  let inFlight: StreamAppendInit | undefined;
  let next = 0n;
  let left = 0;
  let discarded = false;

  const push = (item: Item) => {
    items.push(item);
    queuedBytes += item.bytes;
  };
  const pushPieces = (pieces: readonly TextPiece[]) => {
    for (const piece of pieces)
      push({ kind: "text", piece, at: wallClock(), bytes: piece.data.length + entryOverhead });
  };
  const pushEntry = (entry: LogEntryInit) => {
    // Order is by arrival: a begun line of another producer of the same stream comes first.
    pushPieces(cutter.end());
    push({ kind: "entry", entry, bytes: (entry.message?.length ?? 0) + (entry.fields?.length ?? 0) + entryOverhead });
  };
  const gap = (message: string): LogEntryInit => ({
    time: timestampFromMs(wallClock()),
    level: LogLevel.WARNING,
    type: LogEntryType.GAP,
    message,
  });
  const tellOfLeftOut = () => {
    if (left === 0) return;
    const message = `${left} entries were left out: the log did not keep up`;
    left = 0;
    pushEntry(gap(message));
  };

  /** How many items from the front make one append. */
  const fit = (): number => {
    let bytes = 0;
    let entries = 0;
    let count = 0;
    for (const item of items) {
      const before = items[count - 1];
      const added = item.kind === "text" ? item.piece.lines : 1;
      if (count > 0) {
        if (item.kind !== before?.kind || (before.kind === "text" && !before.piece.complete)) break;
        if (bytes + item.bytes > appendBytes || entries + added > appendEntries) break;
      }
      bytes += item.bytes;
      entries += added;
      count++;
    }
    return count;
  };

  const contentOf = (taken: readonly Item[]): NonNullable<StreamAppendInit["append"]["content"]> => {
    const [first] = taken;
    if (first?.kind === "text") {
      const pieces = taken.map((item) => (item as Item & { kind: "text" }).piece.data);
      const lines = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
      return { case: "text", value: { lines, time: timestampFromMs(first.at) } };
    }
    return { case: "entries", value: { entries: taken.map((item) => (item as Item & { kind: "entry" }).entry) } };
  };

  return {
    name,
    get bufferedBytes() {
      return queuedBytes + cutter.heldBytes + (inFlight?.bytes ?? 0);
    },
    get empty() {
      return inFlight === undefined && items.length === 0;
    },
    get length() {
      const count = (item: Item) => (item.kind === "text" ? item.piece.lines : 1);
      return next + BigInt(items.reduce((sum, item) => sum + count(item), inFlight?.entries ?? 0));
    },
    write(chunk) {
      if (!discarded) pushPieces(cutter.push(chunk));
    },
    add(entry) {
      if (discarded) return;
      if (queuedBytes > mostUnsentBytes) {
        left++;
        return;
      }
      tellOfLeftOut();
      pushEntry({ time: timestampFromMs(wallClock()), ...entry });
    },
    end() {
      if (discarded) return;
      pushPieces(cutter.end());
      tellOfLeftOut();
    },
    take() {
      if (inFlight !== undefined || items.length === 0) return inFlight;
      const taken = items.splice(0, fit());
      const bytes = taken.reduce((sum, item) => sum + item.bytes, 0);
      const entries = taken.reduce((sum, item) => sum + (item.kind === "text" ? item.piece.lines : 1), 0);
      queuedBytes -= bytes;
      inFlight = { append: { stream: name, expectedSequence: next, content: contentOf(taken) }, bytes, entries };
      return inFlight;
    },
    acknowledge(nextSequence) {
      if (inFlight === undefined) return;
      const counted = next + BigInt(inFlight.entries);
      next = nextSequence > counted ? nextSequence : counted;
      inFlight = undefined;
    },
    allowGap() {
      if (inFlight === undefined || inFlight.append.allowGap) return false;
      inFlight = { ...inFlight, append: { ...inFlight.append, allowGap: true } };
      return true;
    },
    drop(why) {
      const entries = inFlight?.entries ?? 0;
      inFlight = undefined;
      const entry = gap(`${entries} entries were left out: ${why}`);
      const item: Item = { kind: "entry", entry, bytes: why.length + entryOverhead };
      items = [item, ...items];
      queuedBytes += item.bytes;
    },
    discard() {
      discarded = true;
      items = [];
      queuedBytes = 0;
      inFlight = undefined;
      cutter.end();
    },
  };
}
