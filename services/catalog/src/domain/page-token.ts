import { createHash } from "node:crypto";
import { SwitchyardError } from "@switchyard/errors";
import type { FieldKind } from "../model/index-field.js";
import type { Cursor, Operand } from "../model/list-query.js";
import { readFieldValue } from "./field-value.js";

/** A short digest of what a list asks for; a token is only good for the query that it came from. */
export function queryFingerprint(query: unknown): string {
  return createHash("sha256").update(JSON.stringify(query)).digest("base64url").slice(0, 16);
}

/** Writes the place where the next page begins. */
export function writePageToken(fingerprint: string, cursor: Cursor): string {
  return Buffer.from(JSON.stringify([fingerprint, cursor.number, cursor.values])).toString("base64url");
}

/**
 * Reads a page token. Everything in it is checked, since callers may send what they like.
 *
 * @param kinds the kinds of the query's orders
 * @returns undefined for the empty token, which asks for the first page
 * @throws SwitchyardError PAGE_TOKEN_INVALID
 */
export function readPageToken(token: string, fingerprint: string, kinds: readonly FieldKind[]): Cursor | undefined {
  if (token === "") return undefined;
  const parts = parseToken(token);
  if (!Array.isArray(parts)) throw invalidToken();
  const [digest, number, values] = parts as unknown[];
  if (digest !== fingerprint || !Number.isSafeInteger(number)) throw invalidToken();
  if (!Array.isArray(values) || values.length !== kinds.length) throw invalidToken();
  return { number: number as number, values: kinds.map((kind, index) => readValue(kind, values[index])) };
}

function readValue(kind: FieldKind, json: unknown): Operand | null {
  if (json === null) return null;
  const value = readFieldValue(kind, json);
  if (value === undefined || typeof value === "object") throw invalidToken();
  return value;
}

/** The JSON in a token, which anybody may have made; undefined when there is none. */
export function parseToken(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

/** The refusal of a page token. */
export function invalidToken(): SwitchyardError {
  return new SwitchyardError("PAGE_TOKEN_INVALID", "the page token is not one of this list");
}
