import { createHash } from "node:crypto";
import { SwitchyardError } from "@switchyard/errors";

const MAX_TOKEN_LENGTH = 64 * 1024;

/**
 * Writes a page token: where the next page begins, and a mark of the query that it belongs to. Tokens are opaque to callers and not
 * signed: they name places inside what the query itself selects, nothing else.
 */
export function encodePageToken(query: unknown, place: unknown): string {
  return Buffer.from(JSON.stringify([markOf(query), place])).toString("base64url");
}

/**
 * Reads a page token of the same query.
 * @param check tells whether the place has the right form
 * @throws SwitchyardError `PAGE_TOKEN_INVALID`
 */
export function decodePageToken<Place>(
  query: unknown,
  token: string,
  check: (place: unknown) => place is Place,
): Place {
  if (token.length <= MAX_TOKEN_LENGTH) {
    const decoded = parse(token);
    if (Array.isArray(decoded) && decoded[0] === markOf(query) && check(decoded[1])) return decoded[1];
  }
  throw new SwitchyardError("PAGE_TOKEN_INVALID", "the page token is not one of this query");
}

function parse(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

function markOf(query: unknown): string {
  const text = JSON.stringify(query, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  return createHash("sha256").update(text).digest("base64url").slice(0, 12);
}
