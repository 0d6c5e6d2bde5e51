import { SwitchyardError } from "@switchyard/errors";
import { endOfString } from "./json-members.js";

/** Bytes of a body at most: one document fits into a message of 4 MiB together with what stands around it. */
export const maxBodyBytes = 4 * 1024 * 1024 - 64 * 1024;

/** Objects and arrays inside each other at most, so that nobody who walks through a body runs out of stack. */
export const maxDepth = 128;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads bytes as JSON text, and checks that they are. The text is kept as it came: numbers keep all their digits and
 * strings their escapes.
 *
 * @param place what the caller calls it, for the error
 * @throws SwitchyardError INVALID_ARGUMENT (not UTF-8, not JSON, too deep) or PAYLOAD_TOO_LARGE, with `field`
 */
export function readJsonText(bytes: Uint8Array, place: string): string {
  checkBodySize(bytes.length, place);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw invalid(place, "is not UTF-8");
  }
  parseJson(text, place);
  if (depthOf(text) > maxDepth) throw invalid(place, `has more than ${maxDepth} levels`);
  return text;
}

/**
 * Parses a JSON text of a request.
 *
 * @throws SwitchyardError INVALID_ARGUMENT with `field`
 */
export function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalid(place, "is not JSON");
  }
}

/** @throws SwitchyardError PAYLOAD_TOO_LARGE with `field` and `limit` when a body has more bytes than it may have. */
export function checkBodySize(bytes: number, place: string): void {
  if (bytes <= maxBodyBytes) return;
  throw new SwitchyardError("PAYLOAD_TOO_LARGE", `${place} has more than ${maxBodyBytes} bytes`, {
    field: place,
    limit: String(maxBodyBytes),
  });
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at) - 1;
    else if (char === "{" || char === "[") deepest = Math.max(deepest, ++depth);
    else if (char === "}" || char === "]") depth--;
  }
  return deepest;
}

function invalid(place: string, text: string): SwitchyardError {
  return new SwitchyardError("INVALID_ARGUMENT", `${place} ${text}`, { field: place });
}
