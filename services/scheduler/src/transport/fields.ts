import { createHash } from "node:crypto";
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import { durationMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { SwitchyardError } from "@switchyard/errors";

/** Refuses a field. */
export function invalid(field: string, message: string): SwitchyardError {
  return new SwitchyardError("INVALID_ARGUMENT", `${field}: ${message}`, { field });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controlCharacters = /[\u0000-\u001f\u007f]/;

/** Whether a text has `min` to `max` bytes and no control characters. */
function isName(value: string, min: number, max: number): boolean {
  // Empty texts are most of the optional ones.
  if (value === "") return min === 0;
  return hasSize(value, min, max) && !controlCharacters.test(value);
}

/** Checks a text of `min` to `max` bytes without control characters. */
export function checkName(field: string, value: string, min: number, max: number): string {
  if (isName(value, min, max)) return value;
  if (hasSize(value, min, max)) throw invalid(field, "must not contain control characters");
  throw invalid(field, `must have ${min} to ${max} bytes, not ${Buffer.byteLength(value)}`);
}

/** Whether a text has `min` to `max` bytes. No character has more than three, so that short texts need no counting. */
function hasSize(value: string, min: number, max: number): boolean {
  if (value.length >= min && value.length * 3 <= max) return true;
  const bytes = Buffer.byteLength(value);
  return bytes >= min && bytes <= max;
}

/** Checks labels, without making anything of them. */
export function checkLabels(field: string, labels: Readonly<Record<string, string>>): void {
  let count = 0;
  for (const name in labels) {
    const value = labels[name] as string;
    // The fields are named only for a refusal.
    if (!isName(name, 1, 255)) checkName(`${field} name`, name, 1, 255);
    if (!isName(value, 0, 1_024)) checkName(`${field}.${name}`, value, 0, 1_024);
    if (++count > 64) throw invalid(field, "at most 64 labels are allowed");
  }
}

/** Checks a number against a range. */
export function checkRange(field: string, value: number, min: number, max: number): number {
  if (!(value >= min && value <= max)) throw invalid(field, `must be from ${min} to ${max}`);
  return value;
}

/** Checks the size of opaque bytes. */
export function checkBytes(field: string, value: Uint8Array | undefined, max: number): void {
  if (value && value.byteLength > max) {
    throw new SwitchyardError(
      "PAYLOAD_TOO_LARGE",
      `${field} has ${value.byteLength} bytes; at most ${max} are allowed`,
      {
        field,
        limit: String(max),
      },
    );
  }
}

/** Checks the size of a text in bytes. */
export function checkText(field: string, value: string, max: number): void {
  if (value.length * 3 > max) checkBytes(field, Buffer.from(value), max);
}

/** Whether a map has no entries. */
export function isEmpty(map: Readonly<Record<string, unknown>>): boolean {
  for (const _ in map) return false;
  return true;
}

/** Text that PostgreSQL can store: zero bytes become replacement characters. */
export function storable(text: string): string {
  return text.includes("\u0000") ? text.replaceAll("\u0000", "\ufffd") : text;
}

/** Milliseconds of an optional duration in a range; `absent` when it is not set. */
export function durationField<T>(
  field: string,
  value: Duration | undefined,
  absent: T,
  min: number,
  max: number,
): number | T {
  if (!value) return absent;
  return checkRange(field, durationMs(value), min, max);
}

/** Milliseconds of an optional time; 0 when it is not set. */
export function timeField(value: Timestamp | undefined): number {
  return value ? timestampMs(value) : 0;
}

/** A page size: 0 is the default, more than the most is refused. */
export function pageSizeField(value: number, byDefault: number, max: number): number {
  return value === 0 ? byDefault : checkRange("page_size", value, 1, max);
}

/** Makes a page token; it holds only for the call and the query that it was made for. */
export function encodePageToken(query: string, position: unknown): string {
  return Buffer.from(JSON.stringify([digest(query), position])).toString("base64url");
}

/** Reads a page token; undefined for the first page. @throws SwitchyardError `PAGE_TOKEN_INVALID`. */
export function decodePageToken(query: string, token: string): number | undefined {
  return readPageToken(query, token, (position) => (Number.isSafeInteger(position) ? (position as number) : undefined));
}

/** Reads a page token whose position is more than a number; `read` answers undefined to what is none. */
export function readPageToken<Position>(
  query: string,
  token: string,
  read: (position: unknown) => Position | undefined,
): Position | undefined {
  if (token === "") return undefined;
  try {
    const [madeFor, position] = JSON.parse(Buffer.from(token, "base64url").toString()) as [unknown, unknown];
    const found = madeFor === digest(query) ? read(position) : undefined;
    if (found !== undefined) return found;
  } catch {
    // Falls through to the refusal.
  }
  throw new SwitchyardError("PAGE_TOKEN_INVALID", "the page token was not given out by this query", {});
}

/** Stands for a query, which may name a thousand jobs, in tokens. */
function digest(query: string): string {
  return createHash("sha256").update(query).digest("base64url").slice(0, 22);
}
