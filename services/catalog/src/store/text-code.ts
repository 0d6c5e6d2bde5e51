/**
 * Makes a text fit for PostgreSQL, which has no U+0000: U+0000 becomes U+0001 U+0001, and U+0001 becomes U+0001 U+0002. Order,
 * equality and prefixes of the bytes stay as they are.
 */
export function encodeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape
  return text.replace(/[\u0000\u0001]/g, (char) => (char === "\u0000" ? "\u0001\u0001" : "\u0001\u0002"));
}

/** The text that was encoded. */
export function decodeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the escapes
  return text.replace(/\u0001[\u0001\u0002]/g, (pair) => (pair[1] === "\u0001" ? "\u0000" : "\u0001"));
}
