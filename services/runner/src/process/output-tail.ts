/** Keeps the end of an output. */
export interface OutputTail {
  /** Takes the next bytes; they must not be changed afterwards. */
  push(chunk: Buffer): void;
  /** The end of the output as text; cut between characters. */
  text(): string;
  /** Something at the beginning is missing. */
  readonly truncated: boolean;
}

/** Makes a tail of at most `limitBytes`, 4 or more; memory stays below twice that plus one chunk. */
export function createOutputTail(limitBytes: number): OutputTail {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let truncated = false;

  const trim = () => {
    const all = Buffer.concat(chunks);
    let start = Math.max(0, all.length - limitBytes);
    if (start > 0) {
      truncated = true;
      // At most three bytes of a character that began before.
      for (let i = 0; i < 3 && start < all.length && ((all[start] as number) & 0xc0) === 0x80; i++) start++;
    }
    chunks = [all.subarray(start)];
    bytes = all.length - start;
    return all.subarray(start);
  };
  return {
    push(chunk) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > 2 * limitBytes) trim();
    },
    text: () => trim().toString("utf8"),
    get truncated() {
      return truncated || bytes > limitBytes;
    },
  };
}
