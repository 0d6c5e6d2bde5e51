import type { ArtifactCursor } from "../model/artifact.js";
import { invalidToken, parseToken } from "./page-token.js";

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Writes the place where the next page begins. */
export function writeArtifactToken(fingerprint: string, { name, attempt, id }: ArtifactCursor): string {
  return Buffer.from(JSON.stringify([fingerprint, name, attempt, id])).toString("base64url");
}

/**
 * Reads a page token; everything in it is checked.
 *
 * @returns undefined for the empty token, which asks for the first page
 * @throws SwitchyardError PAGE_TOKEN_INVALID
 */
export function readArtifactToken(token: string, fingerprint: string): ArtifactCursor | undefined {
  if (token === "") return undefined;
  const parts = parseToken(token);
  if (!Array.isArray(parts) || parts.length !== 4 || parts[0] !== fingerprint) throw invalidToken();
  const [, name, attempt, id] = parts as unknown[];
  // PostgreSQL keeps no zero characters.
  if (typeof name !== "string" || name.includes("\u0000")) throw invalidToken();
  if (!Number.isInteger(attempt) || (attempt as number) < 0 || (attempt as number) > 2 ** 31 - 1) throw invalidToken();
  if (typeof id !== "string" || !uuid.test(id)) throw invalidToken();
  return { name, attempt: attempt as number, id };
}
