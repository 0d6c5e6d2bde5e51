import type { JsonDocument } from "../../../json/parse-json.js";
import { tooLarge } from "../errors.js";

/** Characters of a message, at most. */
const maxMessageChars = 65_536;
/** Bytes of the metadata as JSON, at most. */
const maxMetadataBytes = 16_384;

/**
 * Refuses a log entry of which one part is too large. The schema does not: what is too large has an answer of its own.
 *
 * @throws SiloError 413
 */
export function checkLogSize({ value }: JsonDocument): void {
  const { message, metadata = {} } = value as { readonly message: string; readonly metadata?: object };
  // Counted only when it may matter: no character has more than two units.
  if (message.length > maxMessageChars && [...message].length > maxMessageChars) {
    throw tooLarge(`message has more than ${maxMessageChars} characters`);
  }
  // Without white space, so that layout never decides.
  if (Buffer.byteLength(JSON.stringify(metadata)) > maxMetadataBytes) {
    throw tooLarge(`metadata has more than ${maxMetadataBytes} bytes`);
  }
}
