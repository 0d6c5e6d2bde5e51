import type { Payload } from "@switchyard/proto/switchyard/common/v1/payload_pb";

/** A payload for people: text where it is UTF-8, else its size. Undefined for none. */
export function payloadText(payload: Payload | undefined): string | undefined {
  if (payload === undefined || payload.data.length === 0) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(payload.data);
  } catch {
    return `${payload.data.length} bytes of ${payload.contentType || "unknown type"}`;
  }
}

/** Labels as `a=1 b=2`. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
