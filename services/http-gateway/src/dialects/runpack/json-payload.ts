import { create } from "@bufbuild/protobuf";
import { type Payload, PayloadSchema } from "@switchyard/proto/switchyard/common/v1/payload_pb";
import { compactJson } from "../../json/compact-json.js";
import { parseJson } from "../../json/parse-json.js";
import { RawJson } from "../../json/raw-json.js";

/** The core's limit for an input or a result. */
const maxPayloadBytes = 1024 ** 2;

const utf8Type = "application/json";
const utf16Type = "application/json; charset=utf-16le";

/**
 * JSON of a caller as the core keeps it: the text that came, without its white space.
 *
 * The dialect counts UTF-16 code units of the shortest form, up to 512,000 of them. As UTF-8 they may be too many bytes for
 * the core, in UTF-16 never; so a text that is too long is written in its shortest form, and in UTF-16 if that is still
 * needed. Only then are the digits of a number those of a double.
 */
export function jsonPayload(text: string, value: unknown): Payload {
  const compact = compactJson(text);
  if (Buffer.byteLength(compact) <= maxPayloadBytes) return payload(compact, utf8Type);
  const shortest = JSON.stringify(value);
  return payload(shortest, Buffer.byteLength(shortest) <= maxPayloadBytes ? utf8Type : utf16Type);
}

/** The JSON of a payload. Bytes that are no JSON, which other clients and runners may write, are put into an object. */
export function jsonOf({ data, contentType }: Payload): RawJson {
  const document = parseJson(contentType === utf16Type ? Buffer.from(Buffer.from(data).toString("utf16le")) : data);
  if (typeof document !== "string") return new RawJson(document.text.trim());
  const base64 = Buffer.from(data).toString("base64");
  return new RawJson(JSON.stringify({ content_type: contentType, base64 }));
}

function payload(text: string, contentType: string): Payload {
  const data = contentType === utf16Type ? Buffer.from(text, "utf16le") : new TextEncoder().encode(text);
  return create(PayloadSchema, { data, contentType });
}
