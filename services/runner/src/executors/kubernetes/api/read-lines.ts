import type { Readable } from "node:stream";

const lineFeed = 10;
const nothing = Buffer.alloc(0);

/**
 * Reads a stream line by line: for each chunk the lines that it completes, without their line feeds. What follows the last line feed is
 * the generator's return value. Throws when the stream breaks off.
 */
export async function* readLines(stream: Readable): AsyncGenerator<Buffer[], Buffer, undefined> {
  let held: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const lines: Buffer[] = [];
    let start = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, start)) {
      const end = chunk.subarray(start, at);
      lines.push(held.length === 0 ? end : Buffer.concat([...held, end]));
      held = [];
      start = at + 1;
    }
    if (start < chunk.length) held.push(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  return held.length === 0 ? nothing : Buffer.concat(held);
}
