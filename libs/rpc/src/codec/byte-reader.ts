import type { Buffer } from "node:buffer";

/** Texts up to this length are compared with the one that the field had last. */
export const comparedCharacters = 64;
/** How deep unknown groups may be nested. */
const maxGroups = 100;

const words = new DataView(new ArrayBuffer(8));
// Text that begins with a byte order mark keeps it; what is no UTF-8 is refused, as proto3 demands.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the values of protobuf's binary format one after the other. What is malformed throws a `RangeError` or a `TypeError`. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Where the next value begins. */
  get at(): number {
    return this.#at;
  }

  /** A varint, cut to 32 bits. */
  uint32(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let byte = this.#byte(bytes[at++]);
    if (byte < 0x80) {
      this.#at = at;
      return byte;
    }
    let value = byte & 0x7f;
    for (let shift = 7; shift < 70; shift += 7) {
      byte = this.#byte(bytes[at++]);
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.#at = at;
        return value >>> 0;
      }
    }
    throw new RangeError("a varint is longer than ten bytes");
  }

  /** A signed integer, or the number of an enum's value. */
  int32(): number {
    return this.uint32() | 0;
  }

  /** A signed integer in zigzag form. */
  sint32(): number {
    const zigzag = this.uint32();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  /** A signed integer of 64 bits. */
  int64(): bigint {
    const bytes = this.#bytes;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte(bytes[this.#at++]);
      if (shift < 32) low |= (byte & 0x7f) << shift;
      if (shift === 28) high = (byte & 0x7f) >>> 4;
      else if (shift > 28) high |= (byte & 0x7f) << (shift - 32);
      if (byte >= 0x80) continue;
      words.setInt32(0, high);
      words.setInt32(4, low);
      return words.getBigInt64(0);
    }
    throw new RangeError("a varint is longer than ten bytes");
  }

  /** A truth value: any number but zero. */
  bool(): boolean {
    return this.int64() !== 0n;
  }

  /** A floating point number of 64 bits. */
  double(): number {
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  /**
   * A text.
   *
   * @param last what the field had before, in this or another message: where it is the same again, as names in the items of a
   * batch are, it costs neither a decoding nor memory
   */
  string(last: string): string {
    const end = this.end();
    const start = this.#at;
    this.#at = end;
    if (end === start) return "";
    const bytes = this.#bytes;
    if (end - start === last.length && last.length <= comparedCharacters) {
      let i = 0;
      while (i < last.length && bytes[start + i] === last.charCodeAt(i) && (bytes[start + i] as number) < 0x80) i++;
      if (i === last.length) return last;
    }
    let at = start;
    while (at < end && (bytes[at] as number) < 0x80) at++;
    return at === end ? bytes.toString("latin1", start, end) : utf8.decode(bytes.subarray(start, end));
  }

  /** Bytes; they share the memory of the message. */
  bytes(): Uint8Array {
    const end = this.end();
    const value = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return value;
  }

  /** The length of what follows, as the place where it ends. */
  end(): number {
    const length = this.uint32();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw truncated();
    return end;
  }

  /** Checks that a message has ended where its length said. */
  closed(end: number): void {
    if (this.#at !== end) throw new RangeError("a field reaches beyond the end of its message");
  }

  /** Skips the field after a tag and returns its bytes, which share the memory of the message. */
  skip(tag: number, depth = 0): Uint8Array {
    const start = this.#at;
    if (tag >>> 3 === 0) throw new RangeError("a field has the number 0");
    switch (tag & 7) {
      case 0:
        this.int64();
        break;
      case 1:
        this.#at += 8;
        break;
      case 2:
        this.#at = this.end();
        break;
      case 3:
        this.#skipGroup(tag >>> 3, depth);
        break;
      case 5:
        this.#at += 4;
        break;
      default:
        throw new RangeError(`a field has the wire type ${tag & 7}`);
    }
    if (this.#at > this.#bytes.length) throw truncated();
    return this.#bytes.subarray(start, this.#at);
  }

  #skipGroup(number: number, depth: number): void {
    if (depth >= maxGroups) throw new RangeError("groups are nested too deeply");
    for (;;) {
      const tag = this.uint32();
      if ((tag & 7) !== 4) this.skip(tag, depth + 1);
      else if (tag >>> 3 === number) return;
      else throw new RangeError("a group ends that had not begun");
    }
  }

  /** Behind the end there is nothing to read. */
  #byte(byte: number | undefined): number {
    if (byte === undefined) throw truncated();
    return byte;
  }
}

function truncated(): RangeError {
  return new RangeError("the message is truncated");
}
