import { SwitchyardError } from "@switchyard/errors";
import { checkNumber, invalidField } from "./check-request.js";

// Control characters, and surrogates that stand alone: neither can be shown, and PostgreSQL does not keep each.
const unprintable = /[\p{Cc}\p{Cs}]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: PostgreSQL keeps no zero characters
const unkept = /[\u0000\p{Cs}]/u;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const maxAttempt = 2 ** 31 - 1;
const maxLabels = 64;
const maxLabelBytes = 16 * 1024;

/**
 * Checks a printable text of at most so many bytes; it may be empty.
 *
 * @throws SwitchyardError INVALID_ARGUMENT
 */
export function checkPrintable(text: string, field: string, most: number): string {
  if (unprintable.test(text)) throw invalidField(field, "has control characters");
  const bytes = Buffer.byteLength(text);
  if (bytes > most) throw invalidField(field, `must have at most ${most} bytes, has ${bytes}`);
  return text;
}

/**
 * Checks the name of an artifact: 1 to 1,024 printable bytes. Slashes and dots mean nothing in it, since no path is made of it.
 *
 * @throws SwitchyardError INVALID_ARGUMENT
 */
export function checkArtifactName(name: string, field: string): string {
  if (name === "") throw invalidField(field, "is empty");
  return checkPrintable(name, field, 1_024);
}

/**
 * Checks an attempt.
 *
 * @param least 1 where an attempt is needed, 0 where none has a meaning
 * @throws SwitchyardError INVALID_ARGUMENT
 */
export function checkAttempt(attempt: number, field: string, least: 0 | 1): number {
  return checkNumber(attempt, field, least, maxAttempt);
}

/**
 * Checks an id, and writes it as the store does.
 *
 * @throws SwitchyardError MALFORMED_ID
 */
export function checkArtifactId(id: string, field: string): string {
  if (uuid.test(id)) return id.toLowerCase();
  throw new SwitchyardError("MALFORMED_ID", `${field} is not the id of an artifact`, { field });
}

/**
 * Checks labels: 64 at most, with 16 KiB of keys and values together. Keys are printable and not empty.
 *
 * @throws SwitchyardError INVALID_ARGUMENT
 */
export function checkLabels(labels: Readonly<Record<string, string>>, field: string): Readonly<Record<string, string>> {
  const entries = Object.entries(labels);
  if (entries.length > maxLabels) throw invalidField(field, `has more than ${maxLabels} entries`);
  let bytes = 0;
  for (const [key, value] of entries) {
    if (key === "" || unprintable.test(key)) throw invalidField(field, "has a key that is empty or not printable");
    if (unkept.test(value)) throw invalidField(field, "has a value with a zero character");
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > maxLabelBytes) throw invalidField(field, `has more than ${maxLabelBytes} bytes`);
  return labels;
}
