import { randomFillSync } from "node:crypto";

/**
 * Makes a UUID of version 7 (https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7): it sorts by time, which lets
 * a server keep request ids in partitions by age.
 *
 * @param nowMs milliseconds since 1970. Default: now
 */
export function uuidV7(nowMs: number = Date.now()): string {
  const bytes = randomFillSync(Buffer.allocUnsafe(16));
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
