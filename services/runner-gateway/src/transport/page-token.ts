import { createHash } from "node:crypto";
import { SwitchyardError } from "@switchyard/errors";

/** Names a query, so that a token of one list is not taken for another. */
export function queryDigest(query: unknown): string {
  return createHash("sha256").update(JSON.stringify(query)).digest("base64url").slice(0, 16);
}

/** Where the next page begins, as an opaque text. */
export function encodePageToken(after: string, digest: string): string {
  return Buffer.from(JSON.stringify([digest, after])).toString("base64url");
}

/**
 * The last item of the page before; empty for the first page.
 * @throws SwitchyardError PAGE_TOKEN_INVALID
 */
export function decodePageToken(token: string, digest: string): string {
  if (token === "") return "";
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (Array.isArray(parts) && parts[0] === digest && typeof parts[1] === "string") return parts[1];
  } catch {
    // Not one of ours: refused below.
  }
  throw new SwitchyardError("PAGE_TOKEN_INVALID", "the page token is not one of this list");
}
