/** Reads what a `ByteWriter` wrote. Throws a `RangeError` when the bytes end too early. */
export class ByteReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  /** Whether everything has been read. */
  get done(): boolean {
    return this.#at >= this.#buffer.length;
  }

  /** Reads one byte. */
  byte(): number {
    const value = this.#buffer[this.#at];
    if (value === undefined) throw new RangeError("a chunk ends too early");
    this.#at++;
    return value;
  }

  /** Reads a non-negative integer. */
  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  /** Reads an integer of either sign. */
  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Reads bytes with their number before them; a view, not a copy. */
  bytes(): Buffer {
    const size = this.varint();
    const end = this.#at + size;
    if (end > this.#buffer.length) throw new RangeError("a chunk ends too early");
    const value = this.#buffer.subarray(this.#at, end);
    this.#at = end;
    return value;
  }

  /** Reads text with its size before it. Bytes that are not UTF-8 become U+FFFD. */
  text(): string {
    const bytes = this.bytes();
    return bytes.length === 0 ? "" : bytes.toString("utf8");
  }
}
