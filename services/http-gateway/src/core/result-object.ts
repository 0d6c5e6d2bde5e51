import type { Payload } from "@switchyard/proto/switchyard/common/v1/payload_pb";
import { isJsonObject, parseJson } from "../json/parse-json.js";
import { RawJson } from "../json/raw-json.js";

/**
 * A job's result as the object that callers of a dialect expect. One that is no object is put into one under `output`,
 * one that is no JSON as `content_type` and `base64`.
 */
export function resultObject(result: Payload | undefined): RawJson | null {
  if (result === undefined) return null;
  const document = parseJson(result.data);
  if (typeof document === "string") {
    const wrapped = { content_type: result.contentType, base64: Buffer.from(result.data).toString("base64") };
    return new RawJson(JSON.stringify(wrapped));
  }
  return new RawJson(isJsonObject(document.value) ? document.text.trim() : `{"output":${document.text}}`);
}
