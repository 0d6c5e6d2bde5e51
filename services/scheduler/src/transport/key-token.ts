import { SwitchyardError } from "@switchyard/errors";

/** Makes the token of the page behind a key of several parts; it holds only for the query that it was made for. */
export function encodeKeyToken(query: string, key: readonly string[]): string {
  return Buffer.from(JSON.stringify([query, key])).toString("base64url");
}

/** Reads the token of a page behind a key; undefined for the first page. @throws SwitchyardError `PAGE_TOKEN_INVALID`. */
export function decodeKeyToken(query: string, token: string): string[] | undefined {
  if (token === "") return undefined;
  try {
    const [madeFor, key] = JSON.parse(Buffer.from(token, "base64url").toString()) as [unknown, unknown];
    if (madeFor === query && Array.isArray(key) && key.every((part) => typeof part === "string")) return key;
  } catch {
    // Falls through to the refusal.
  }
  throw new SwitchyardError("PAGE_TOKEN_INVALID", "the page token was not given out by this query", {});
}
