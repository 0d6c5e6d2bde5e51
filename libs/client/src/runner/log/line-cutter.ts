import { isUtf8 } from "node:buffer";

/** A piece of text that can be appended by itself. */
export interface TextPiece {
  readonly data: Buffer;
  /** Entries that the store makes of it: one for each line. */
  readonly lines: number;
  /** It ends with a line feed; only the last piece of an append may lack it. */
  readonly complete: boolean;
}

/** Cuts a byte stream into pieces of whole lines. */
export interface LineCutter {
  /** Takes the next bytes; answers the pieces that are complete now. The bytes must not be changed afterwards. */
  push(chunk: Uint8Array): TextPiece[];
  /** The line that is begun and not ended, if any. */
  end(): TextPiece[];
  /** Bytes that wait for the end of their line. */
  readonly heldBytes: number;
}

/** A piece is closed at this size or number of lines, so that an append stays near both. */
const pieceBytes = 64 * 1024;
const pieceLines = 5_000;
/** A line that grows beyond this is cut into several entries, in bytes. */
const longestLine = 256 * 1024;
const lineFeed = 10;

/**
 * Makes a cutter. A line goes on as soon as its line feed is there, and is never split over two entries unless it is longer
 * than 256 KiB; then it is cut between characters. Bytes that are no UTF-8 become U+FFFD, since the contract is text.
 */
export function createLineCutter(): LineCutter {
  let held: Buffer[] = [];
  let heldBytes = 0;

  const takeHeld = (last: Buffer): Buffer => {
    const data = held.length === 0 ? last : Buffer.concat([...held, last]);
    held = [];
    heldBytes = 0;
    return data;
  };

  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const pieces: TextPiece[] = [];
      let start = 0;
      let lines = 0;
      let end = 0;
      const close = () => {
        pieces.push(piece(takeHeld(bytes.subarray(start, end)), lines, true));
        start = end;
        lines = 0;
      };
      for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) {
        if (lines > 0 && at + 1 - start > pieceBytes) close();
        end = at + 1;
        if (++lines === pieceLines) close();
      }
      if (lines > 0) close();
      if (start < bytes.length) {
        held.push(bytes.subarray(start));
        heldBytes += bytes.length - start;
      }
      while (heldBytes > longestLine) {
        const all = takeHeld(Buffer.alloc(0));
        const cut = characterBorder(all, longestLine);
        pieces.push(piece(all.subarray(0, cut), 1, false));
        held.push(all.subarray(cut));
        heldBytes = all.length - cut;
      }
      return pieces;
    },
    end: () => (heldBytes === 0 ? [] : [piece(takeHeld(Buffer.alloc(0)), 1, false)]),
    get heldBytes() {
      return heldBytes;
    },
  };
}

/** The last border between UTF-8 characters at or before a place. In bytes that are no UTF-8, the place itself. */
function characterBorder(bytes: Uint8Array, place: number): number {
  for (let at = place; at > place - 4 && at > 0; at--) {
    if (((bytes[at] ?? 0) & 0xc0) !== 0x80) return at;
  }
  return place;
}

function piece(data: Buffer, lines: number, complete: boolean): TextPiece {
  if (isUtf8(data)) return { data, lines, complete };
  return { data: Buffer.from(new TextDecoder("utf-8", { ignoreBOM: true }).decode(data)), lines, complete };
}
