import { createHash } from "node:crypto";
import { wellFormed } from "../json/well-formed.js";

/**
 * A caller's text as a name of the core: as it is where that is allowed, else its digest. Equal texts have equal names, so
 * that a name finds what a text was stored under.
 *
 * @param maxBytes the longest name that the core takes; 0 always makes a digest
 */
export function coreName(text: string, maxBytes: number): string {
  const plain = wellFormed(text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the core refuses
  const isName = plain === text && Buffer.byteLength(text) <= maxBytes && !/[\u0000-\u001f\u007f]/.test(text);
  // UTF-16, so that halves of surrogate pairs count too.
  return isName ? text : `sha256:${createHash("sha256").update(text, "utf16le").digest("hex")}`;
}
