import { createHash } from "node:crypto";

/** A text that is looked for in an output which comes in pieces. */
export class Pattern {
  /** Tells it from others without giving it away. */
  readonly name: string;
  readonly #bytes: Buffer;
  /** After so many matching bytes and a wrong one, how many match nevertheless (Knuth, Morris, Pratt). */
  readonly #fallback: Uint32Array;

  constructor(text: string) {
    this.#bytes = Buffer.from(text);
    this.name = createHash("sha256").update(this.#bytes).digest("base64url").slice(0, 16);
    this.#fallback = fallbacksOf(this.#bytes);
  }

  /** Its bytes. */
  get length(): number {
    return this.#bytes.length;
  }

  /** How many bytes at the beginning of the data go on with the text of which so many have passed: all that are left, or all of the data, or none. */
  goesOnFor(data: Buffer, passed: number): number {
    const length = Math.min(data.length, this.#bytes.length - passed);
    const rest = this.#bytes.subarray(passed, passed + length);
    return length > 0 && data.subarray(0, length).equals(rest) ? length : 0;
  }

  /** Adds the places of the text, `[start, end)`, those that overlap too. */
  addSpans(data: Buffer, spans: [number, number][]): void {
    const { length } = this.#bytes;
    for (let at = data.indexOf(this.#bytes); at >= 0; at = data.indexOf(this.#bytes, at + 1))
      spans.push([at, at + length]);
  }

  /** How many bytes at the end of the data are a beginning of the text, without being all of it. */
  begunAtEnd(data: Buffer): number {
    let matched = 0;
    for (let at = Math.max(0, data.length - this.#bytes.length + 1); at < data.length; at++)
      matched = step(this.#bytes, this.#fallback, matched, data[at] as number);
    return matched;
  }
}

function fallbacksOf(bytes: Buffer): Uint32Array {
  const fallback = new Uint32Array(bytes.length);
  for (let at = 1; at < bytes.length; at++)
    fallback[at] = step(bytes, fallback, fallback[at - 1] as number, bytes[at] as number);
  return fallback;
}

function step(bytes: Buffer, fallback: Uint32Array, matched: number, byte: number): number {
  let length = matched;
  while (length > 0 && bytes[length] !== byte) length = fallback[length - 1] as number;
  return bytes[length] === byte ? length + 1 : length;
}
