import { createHmac } from "node:crypto";
import { type Block, createSpeck48, createSpeck64 } from "./speck.js";

/** What an id says: a job (`attempt` 0) or one of its attempts, under one reopening. */
export interface JobKey {
  /** Number of the job in its namespace, 1 to 2^40 - 1. */
  readonly serial: number;
  /** How often the job had been reopened, 0 to 255. */
  readonly reopen: number;
  /** The attempt's number, 0 for the job itself, up to 2^20 - 1. */
  readonly attempt: number;
}

/**
 * Translates between the keys of one namespace and the ids that callers see, without a table.
 *
 *     last group of the UUID = 12 hex digits = keyed permutation of (40-bit serial, 8-bit reopen number)
 *     the other 74 free bits = 20 bits attempt (masked) and 54 bits of a keyed tag over all of it
 *
 * So an id that this installation has not made is refused without a look at the database (a forged one passes with a chance of
 * 2^-54), ids say nothing about order or volume, and no second index is needed. The last group alone is the job's short id;
 * it has no tag, so any twelve digits decode to some serial, and only a read tells whether that job exists.
 * The version nibble is 4 and the variant 10, as callers of UUIDs expect (RFC 9562).
 */
export interface JobIdCodec {
  /** The UUID of a job or attempt, lower case. */
  encode(key: JobKey): string;
  /** The UUID of a job: the same for its whole life, however often it is reopened. */
  encodeJob(serial: number): string;
  /** The key in a UUID, in either letter case; undefined if this installation has not made it for this namespace. */
  decode(id: string): JobKey | undefined;
  /** The short id of a job: 12 lower-case hexadecimal digits. */
  encodeShort(serial: number, reopen: number): string;
  /** The key in a short id; undefined unless it is 12 hexadecimal digits with a serial above 0. */
  decodeShort(shortId: string): JobKey | undefined;
}

/** Creates the codec of one namespace from the installation's secret key (at least 16 bytes). */
export function createJobIdCodec(installationKey: Uint8Array, namespace: string): JobIdCodec {
  const material = createHmac("sha512", installationKey).update(`job-id:${namespace}`).digest();
  const word = (i: number) => material.readUInt32BE(i * 4);
  const permutation = createSpeck48([word(0) >>> 8, word(1) >>> 8, word(2) >>> 8, word(3) >>> 8]);
  const mac = createSpeck64([word(4), word(5), word(6), word(7)]);
  const block: Block = { high: 0, low: 0 };

  function permute(serial: number, reopen: number): void {
    // 48 bits = serial * 256 + reopen, split into two words of 24.
    block.high = Math.floor(serial / 0x10000);
    block.low = (serial % 0x10000) * 0x100 + reopen;
    permutation.encrypt(block);
  }

  /** The 64 keyed bits that follow from the permuted 48, in `block`: CBC-MAC, whose first block masks the attempt. */
  function firstBlock(high: number, low: number): void {
    block.high = high;
    block.low = low;
    mac.encrypt(block);
  }

  function secondBlock(attempt: number): void {
    block.low = (block.low ^ attempt) >>> 0;
    block.high = (block.high ^ 0x80000000) >>> 0;
    mac.encrypt(block);
  }

  function unpermute(high: number, low: number): { serial: number; reopen: number } {
    block.high = high;
    block.low = low;
    permutation.decrypt(block);
    return { serial: block.high * 0x10000 + Math.floor(block.low / 0x100), reopen: block.low % 0x100 };
  }

  function encode(serial: number, reopen: number, attempt: number): string {
    permute(serial, reopen);
    const { high, low } = block;
    firstBlock(high, low);
    const masked = (attempt ^ (block.high >>> 12)) & 0xfffff;
    secondBlock(attempt);
    const tagHigh = block.high & 0x3fffff; // 22 bits
    const tagLow = block.low; // 32 bits
    // 74 bits: masked 20 | tagHigh 22 | tagLow 32, spread over the four first groups of 32, 16, 12 and 14 bits.
    const a = ((masked << 12) | (tagHigh >>> 10)) >>> 0;
    const b = ((tagHigh & 0x3ff) << 6) | (tagLow >>> 26);
    const c = 0x4000 | ((tagLow >>> 14) & 0xfff);
    const d = 0x8000 | (tagLow & 0x3fff);
    return writeUuid(a, b, c, d, high, low);
  }

  return {
    encode: ({ serial, reopen, attempt }) => encode(serial, reopen, attempt),
    encodeJob: (serial) => encode(serial, 0, 0),
    decode(id) {
      if (!uuidForm.test(id)) return undefined;
      const a = ((readHex(id, 0) << 16) | readHex(id, 4)) >>> 0;
      const b = readHex(id, 9);
      const c = readHex(id, 14);
      const d = readHex(id, 19);
      const high = (readHex(id, 24) << 8) | (readHex(id, 28) >>> 8);
      const low = ((readHex(id, 28) & 0xff) << 16) | readHex(id, 32);
      firstBlock(high, low);
      const attempt = ((a >>> 12) ^ (block.high >>> 12)) & 0xfffff;
      secondBlock(attempt);
      const tagHigh = ((a & 0xfff) << 10) | (b >>> 6);
      const tagLow = (((b & 0x3f) << 26) | ((c & 0xfff) << 14) | (d & 0x3fff)) >>> 0;
      if (tagHigh !== (block.high & 0x3fffff) || tagLow !== block.low) return undefined;
      const { serial, reopen } = unpermute(high, low);
      return { serial, reopen, attempt };
    },
    encodeShort(serial, reopen) {
      permute(serial, reopen);
      return hex(block.high, 6) + hex(block.low, 6);
    },
    decodeShort(shortId) {
      if (!/^[0-9a-fA-F]{12}$/.test(shortId)) return undefined;
      const key = unpermute(Number.parseInt(shortId.slice(0, 6), 16), Number.parseInt(shortId.slice(6), 16));
      return key.serial > 0 ? { ...key, attempt: 0 } : undefined;
    },
  };
}

const uuidForm = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$/;

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

const digits = Buffer.from("0123456789abcdef");
// One for all: an id is written without a pause.
const written = Buffer.from("00000000-0000-0000-0000-000000000000");

/** The UUID of six numbers of 32, 16, 16, 16, 24 and 24 bits. */
function writeUuid(a: number, b: number, c: number, d: number, high: number, low: number): string {
  writeHex(0, a >>> 16);
  writeHex(4, a & 0xffff);
  writeHex(9, b);
  writeHex(14, c);
  writeHex(19, d);
  writeHex(24, high >>> 8);
  writeHex(28, ((high & 0xff) << 8) | (low >>> 16));
  writeHex(32, low & 0xffff);
  return written.toString("latin1");
}

/** Writes four digits. */
function writeHex(at: number, value: number): void {
  written[at] = digits[value >>> 12] as number;
  written[at + 1] = digits[(value >>> 8) & 15] as number;
  written[at + 2] = digits[(value >>> 4) & 15] as number;
  written[at + 3] = digits[value & 15] as number;
}

/** Reads four digits that are known to be such, in either letter case. */
function readHex(text: string, at: number): number {
  let value = 0;
  for (let i = at; i < at + 4; i++) {
    const code = text.charCodeAt(i);
    // Letters have bit 6 set and stand 9 above their low four bits.
    value = (value << 4) | ((code & 15) + (code >>> 6) * 9);
  }
  return value;
}
