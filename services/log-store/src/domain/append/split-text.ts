const LINE_FEED = 0x0a;

/** Longest text of one entry, in bytes of UTF-8; what is longer is split. */
const maxEntryBytes = 1024 * 1024;

/** Lines ready to be kept: joined by line feeds, without one at the end. */
export interface SplitLines {
  readonly bytes: Uint8Array;
  /** Number of lines; 0 only for an empty text. */
  readonly count: number;
}

/**
 * Splits the output of a process into lines. A carriage return before the line feed is kept. What follows the last line
 * feed is a line of its own. A line of more than `limit` bytes becomes several, cut between characters.
 */
export function splitText(text: Uint8Array, limit: number = maxEntryBytes): SplitLines {
  if (text.length === 0) return { bytes: text, count: 0 };
  const all = Buffer.from(text.buffer, text.byteOffset, text.length);
  const bytes = all[all.length - 1] === LINE_FEED ? all.subarray(0, -1) : all;
  let count = 1;
  let start = 0;
  let longest = 0;
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
    if (end - start > longest) longest = end - start;
    start = end + 1;
    count++;
  }
  if (bytes.length - start > longest) longest = bytes.length - start;
  return longest > limit ? cutLongLines(bytes, limit) : { bytes, count };
}

/** Where a piece of at most `limit` bytes that begins at `start` ends, so that no character is cut. */
function endOfPiece(bytes: Uint8Array, start: number, limit: number): number {
  const end = start + limit;
  if (end >= bytes.length) return bytes.length;
  // Bytes 10xxxxxx continue a character. Of more than three in a row the text is not UTF-8, and any place will do.
  for (let back = 0; back < 4; back++) if (((bytes[end - back] as number) & 0xc0) !== 0x80) return end - back;
  return end;
}

function cutLongLines(bytes: Buffer, limit: number): SplitLines {
  const pieces: Buffer[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const lineFeed = bytes.indexOf(LINE_FEED, start);
    const line = bytes.subarray(start, lineFeed < 0 ? bytes.length : lineFeed);
    let at = 0;
    do {
      const end = endOfPiece(line, at, limit);
      pieces.push(line.subarray(at, end));
      at = end;
    } while (at < line.length);
    start += line.length + 1;
  }
  const separator = Buffer.from([LINE_FEED]);
  const bytesOut = Buffer.concat(pieces.flatMap((piece, i) => (i === 0 ? [piece] : [separator, piece])));
  return { bytes: bytesOut, count: pieces.length };
}

/** Splits a text of more than `limit` bytes into pieces, cut between characters; a shorter one is returned as it is. */
export function splitMessage(message: string, limit: number = maxEntryBytes): readonly string[] {
  // A UTF-16 unit is at most three bytes of UTF-8.
  if (message.length * 3 <= limit || Buffer.byteLength(message) <= limit) return [message];
  const bytes = Buffer.from(message);
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = endOfPiece(bytes, at, limit);
    pieces.push(bytes.toString("utf8", at, end));
    at = end;
  }
  return pieces;
}
