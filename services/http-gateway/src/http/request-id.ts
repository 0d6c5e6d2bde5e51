import { randomBytes } from "node:crypto";

/** The caller's request id if it is one that may be repeated in headers and logs, else a new one: `req_` and 12 hex digits. */
export function requestIdFrom(header: string | readonly string[] | undefined): string {
  if (typeof header === "string" && /^[A-Za-z0-9._-]{1,128}$/.test(header)) return header;
  return `req_${randomBytes(6).toString("hex")}`;
}
