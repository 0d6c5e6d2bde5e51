import { randomBytes } from "node:crypto";

/** A new id of 24 hexadecimal digits, as the old database made them: seconds since 1970, then chance. */
export function newDocumentId(): string {
  const seconds = Math.floor(Date.now() / 1000);
  return seconds.toString(16).padStart(8, "0") + randomBytes(8).toString("hex");
}
