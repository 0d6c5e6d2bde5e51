import { randomBytes } from "node:crypto";
import { sha256 } from "@switchyard/service-kit";

/** A token as it is handed out, once, and what is kept of it. */
export interface IssuedToken {
  readonly token: string;
  readonly digest: Buffer;
  /** First characters, by which people recognise it; too few to guess the rest. */
  readonly prefix: string;
}

/** Beginning of tokens for which the caller names none. */
const defaultPrefix = "swr_";

/** Random digits that are shown with the prefix: 32 bits of 256. */
const shownDigits = 8;

/** Makes a token: a prefix, then 256 random bits as 64 hexadecimal digits. */
export function issueToken(prefix: string = defaultPrefix): IssuedToken {
  const begin = prefix === "" ? defaultPrefix : prefix;
  const token = `${begin}${randomBytes(32).toString("hex")}`;
  return { token, digest: sha256(token), prefix: token.slice(0, begin.length + shownDigits) };
}
