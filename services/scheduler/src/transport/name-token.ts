import { SwitchyardError } from "@switchyard/errors";

/** Makes the token of the page behind a name, for lists in the order of names; it holds only for the query that it was made for. */
export function encodeNameToken(query: string, name: string): string {
  return Buffer.from(JSON.stringify([query, name])).toString("base64url");
}

/** Reads the token of a page behind a name; undefined for the first page. @throws SwitchyardError `PAGE_TOKEN_INVALID`. */
export function decodeNameToken(query: string, token: string): string | undefined {
  if (token === "") return undefined;
  try {
    const [madeFor, name] = JSON.parse(Buffer.from(token, "base64url").toString()) as [unknown, unknown];
    if (madeFor === query && typeof name === "string") return name;
  } catch {
    // Falls through to the refusal.
  }
  throw new SwitchyardError("PAGE_TOKEN_INVALID", "the page token was not given out by this query", {});
}
