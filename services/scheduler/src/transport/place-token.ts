import type { OrderKey } from "../domain/core/order.js";
import { encodePageToken, readPageToken } from "./fields.js";

/** The place of the last job of a page. The next one begins behind it, whatever became of the jobs before. */
export type PlaceCursor = OrderKey;

/** Makes a page token from the place of a page's last job. */
export function encodePlaceToken(query: string, { rankClass, rank, serial }: PlaceCursor): string {
  // A rank may be infinite, which JSON can't say.
  return encodePageToken(query, [rankClass, String(rank), serial]);
}

/** Reads a page token; undefined for the first page. @throws SwitchyardError `PAGE_TOKEN_INVALID`. */
export function decodePlaceToken(query: string, token: string): PlaceCursor | undefined {
  return readPageToken(query, token, (position) => {
    const [rankClass, rank, serial] = Array.isArray(position) ? (position as unknown[]) : [];
    if (typeof rankClass !== "number" || typeof rank !== "string" || typeof serial !== "number") return undefined;
    return { rankClass, rank: Number(rank), serial };
  });
}
