import { nestingDepth } from "./json-span.js";

/** A JSON document as it came and as it reads. */
export interface JsonDocument {
  /** The caller's own text, without a byte order mark. */
  readonly text: string;
  /** What `JSON.parse` makes of it. A member called `__proto__` is an ordinary own member of it. */
  readonly value: unknown;
}

/** Why some bytes are no JSON document that is accepted here. */
export type JsonFault = "encoding" | "syntax" | "depth";

/** Nesting beyond this is refused: the text is passed on to programs whose parsers work recursively. */
export const maxJsonDepth = 1000;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Reads bytes as a JSON document, or says what is wrong with them. Never throws. */
export function parseJson(bytes: Uint8Array): JsonDocument | JsonFault {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return "encoding";
  }
  if (nestingDepth(text) > maxJsonDepth) return "depth";
  try {
    return { text, value: JSON.parse(text) };
  } catch {
    return "syntax";
  }
}

/** Tells whether a parsed value is an object and no array. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
