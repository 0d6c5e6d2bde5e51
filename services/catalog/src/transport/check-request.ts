import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import { SwitchyardError } from "@switchyard/errors";
import { timeFromParts } from "../domain/time-text.js";

/** The refusal of one field of a request. */
export function invalidField(field: string, text: string): SwitchyardError {
  return new SwitchyardError("INVALID_ARGUMENT", `${field} ${text}`, { field });
}

/**
 * Checks a name: 1 to 255 bytes without control characters.
 *
 * @throws SwitchyardError INVALID_ARGUMENT
 */
export function checkName(name: string, field: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse
  if (/[\u0000-\u001f\u007f]/.test(name)) throw invalidField(field, "has control characters");
  return checkBytes(name, field, 255);
}

/**
 * Checks a document's key: 1 to 512 bytes without U+0000, which PostgreSQL cannot keep.
 *
 * @throws SwitchyardError INVALID_ARGUMENT
 */
export function checkKey(key: string, field: string): string {
  if (key.includes("\u0000")) throw invalidField(field, "has a zero character");
  return checkBytes(key, field, 512);
}

/** @throws SwitchyardError INVALID_ARGUMENT when a list has more than `most` items, or fewer than `least` */
export function checkCount(count: number, field: string, least: number, most: number): void {
  if (count < least || count > most) throw invalidField(field, `needs ${least} to ${most} items, has ${count}`);
}

/** @throws SwitchyardError INVALID_ARGUMENT for a number that is not whole, is below `least` or above `most` */
export function checkNumber(value: number, field: string, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw invalidField(field, `must be from ${least} to ${most}`);
}

const maxDurationMs = 31 * 24 * 3_600_000;

/**
 * Reads a duration in milliseconds; more than nothing, at most 31 days.
 *
 * @throws SwitchyardError INVALID_ARGUMENT
 */
export function readDurationMs(duration: Duration | undefined, field: string): number {
  const ms = duration === undefined ? 0 : Number(duration.seconds) * 1000 + duration.nanos / 1_000_000;
  if (ms > 0 && ms <= maxDurationMs) return ms;
  throw invalidField(field, "must be more than 0 and at most 31 days");
}

/**
 * Reads a time as canonical text.
 *
 * @throws SwitchyardError INVALID_ARGUMENT outside the years 1 to 9999
 */
export function readTime(timestamp: Timestamp, field: string): string {
  const text = timeFromParts(timestamp.seconds, timestamp.nanos);
  if (text !== undefined) return text;
  throw invalidField(field, "must be from the year 1 to 9999");
}

function checkBytes(text: string, field: string, most: number): string {
  const bytes = Buffer.byteLength(text);
  if (bytes >= 1 && bytes <= most) return text;
  throw invalidField(field, `must have 1 to ${most} bytes, has ${bytes}`);
}
