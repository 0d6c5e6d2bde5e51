import { SwitchyardError } from "@switchyard/errors";
import type { Payload } from "@switchyard/proto/switchyard/common/v1/payload_pb";

const jsonType = "application/json";
const nothing = new Uint8Array();

/** Makes a payload that holds a value as JSON text. */
export function jsonPayload(value: unknown): Payload {
  return bytesPayload(Buffer.from(JSON.stringify(value) ?? "null"), jsonType);
}

/** Makes a payload of bytes. Default type: `application/octet-stream`. */
export function bytesPayload(data: Uint8Array, contentType = "application/octet-stream"): Payload {
  return { $typeName: "switchyard.common.v1.Payload", data, contentType };
}

/**
 * Reads a payload as JSON, whatever its content type says. The type is the caller's word; nothing is checked.
 *
 * @throws SwitchyardError `INVALID_ARGUMENT` when there is no payload or it is no JSON
 */
export function payloadJson<T = unknown>(payload: Payload | undefined): T {
  try {
    const { buffer, byteOffset, byteLength } = payload?.data ?? nothing;
    return JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString("utf8")) as T;
  } catch (cause) {
    throw new SwitchyardError("INVALID_ARGUMENT", "the payload is not JSON", { field: "payload" }, { cause });
  }
}
