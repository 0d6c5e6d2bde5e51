import { Buffer } from "node:buffer";

/** Texts up to so many characters are copied by a loop; a call into the runtime costs more than that. */
const loopedCharacters = 64;
const initialBytes = 64 * 1024;
/** A buffer that grew beyond this is given back after the message that needed it. */
const keptBytes = 4 * 1024 * 1024;

const words = new DataView(new ArrayBuffer(8));

/**
 * Writes the values of protobuf's binary format one after the other into one buffer that is used again for every message.
 * Values that their type cannot hold throw a `RangeError` or a `TypeError`.
 */
export class ByteWriter {
  #bytes = Buffer.allocUnsafeSlow(initialBytes);
  #at = 0;

  /** Begins a message; what was written and not finished is dropped. */
  reset(): void {
    this.#at = 0;
  }

  /** What was written since the reset, in memory of its own. */
  finish(): Buffer {
    const bytes = Buffer.allocUnsafe(this.#at);
    this.#bytes.copy(bytes, 0, 0, this.#at);
    this.#at = 0;
    if (this.#bytes.length > keptBytes) this.#bytes = Buffer.allocUnsafeSlow(initialBytes);
    return bytes;
  }

  /** A field's number and wire type, or any other number below 2^32, as a varint. */
  uint32(value: number): void {
    if (value >>> 0 !== value) throw new RangeError(`${value} is not an unsigned 32-bit integer`);
    this.#room(5);
    const bytes = this.#bytes;
    let rest = value;
    let at = this.#at;
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.#at = at;
  }

  /** A signed integer, or the number of an enum's value. */
  int32(value: number): void {
    if ((value | 0) !== value) throw new RangeError(`${value} is not a 32-bit integer`);
    if (value >= 0) this.uint32(value);
    else this.#varint64(value >>> 0, 0xffffffff);
  }

  /** A signed integer in zigzag form. */
  sint32(value: number): void {
    if ((value | 0) !== value) throw new RangeError(`${value} is not a 32-bit integer`);
    this.uint32(((value << 1) ^ (value >> 31)) >>> 0);
  }

  /** A signed integer of 64 bits. */
  int64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw new RangeError(`${value} is not a 64-bit integer`);
    words.setBigInt64(0, value);
    this.#varint64(words.getUint32(4), words.getUint32(0));
  }

  /** A truth value. */
  bool(value: boolean): void {
    this.uint32(value ? 1 : 0);
  }

  /** A floating point number of 64 bits. */
  double(value: number): void {
    if (typeof value !== "number") throw new TypeError(`${value} is not a number`);
    this.#room(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  /** A text with its length. */
  string(value: string): void {
    if (typeof value !== "string") throw new TypeError(`${value} is not a text`);
    if (value.length > loopedCharacters || !this.#ascii(value)) {
      const length = Buffer.byteLength(value);
      this.uint32(length);
      this.#room(length);
      this.#at += this.#bytes.write(value, this.#at, length, "utf8");
    }
  }

  /** Bytes with their length. */
  bytes(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) throw new TypeError("the value is not a Uint8Array");
    this.uint32(value.length);
    this.#room(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** Begins something whose length is known only when it has been written. Returns what `close` wants. */
  open(): number {
    this.#room(1);
    return ++this.#at;
  }

  /** Ends it: writes its length in front of it. One byte was left for that; what is longer moves. */
  close(start: number): void {
    const length = this.#at - start;
    if (length < 0x80) {
      this.#bytes[start - 1] = length;
      return;
    }
    const more = length < 0x4000 ? 1 : length < 0x200000 ? 2 : length < 0x10000000 ? 3 : 4;
    this.#room(more);
    this.#bytes.copyWithin(start + more, start, this.#at);
    this.#at = start - 1;
    this.uint32(length);
    this.#at += length;
  }

  /** A field as it was read, without its tag. */
  raw(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** Writes a short text if it is nothing but ASCII; else leaves everything as it was and returns false. */
  #ascii(value: string): boolean {
    const { length } = value;
    this.#room(length + 1);
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = length;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return false;
      bytes[at++] = code;
    }
    this.#at = at;
    return true;
  }

  #varint64(low: number, high: number): void {
    this.#room(10);
    const bytes = this.#bytes;
    let at = this.#at;
    let rest = low;
    for (let above = high; above > 0; above >>>= 7) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest = ((rest >>> 7) | (above << 25)) >>> 0;
    }
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.#at = at;
  }

  #room(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }
}
