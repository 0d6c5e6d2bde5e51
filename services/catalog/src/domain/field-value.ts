import { SwitchyardError } from "@switchyard/errors";
import type { FieldKind, FieldValue } from "../model/index-field.js";
import { parseTime, shortTime } from "./time-text.js";

/** Bytes of an indexed text at most: an entry of a B-tree must fit a third of a page, with room for the rest of its key. */
const maxIndexedTextBytes = 2_000;

/** Members of a text list at most. */
const maxListMembers = 1_000;

/** Bytes of a search text that are looked at; PostgreSQL refuses search vectors of more than 1 MiB. */
const maxSearchBytes = 256 * 1024;

/**
 * Reads the value of an index field from JSON.
 *
 * @returns undefined for what is not of the field's kind
 * @throws SwitchyardError PAYLOAD_TOO_LARGE with `limit` when a text or list is too long to be indexed
 */
export function readFieldValue(kind: FieldKind, json: unknown): FieldValue | undefined {
  switch (kind) {
    case "text":
      return typeof json === "string" ? indexedText(json) : undefined;
    case "number":
      return typeof json === "number" && Number.isFinite(json) ? json : undefined;
    case "boolean":
      return typeof json === "boolean" ? json : undefined;
    case "time":
      return typeof json === "string" ? parseTime(json) : undefined;
    case "textList":
      return isTextArray(json) ? indexedList(json) : undefined;
    case "search":
      if (typeof json === "string") return searchText(json);
      return isTextArray(json) ? searchText(json.join("\n")) : undefined;
  }
}

/** The kind that conditions compare a field's values as: members of a list are texts, search takes a text. */
export function operandKind(kind: FieldKind): FieldKind {
  return kind === "textList" || kind === "search" ? "text" : kind;
}

/** A value as the JSON text that answers carry. */
export function writeFieldValue(kind: FieldKind, value: FieldValue): string {
  return JSON.stringify(kind === "time" ? shortTime(String(value)) : value);
}

function indexedText(text: string): string {
  const wellFormed = withoutLoneSurrogates(text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the store escapes these, which takes a byte each
  const escapes = wellFormed.match(/[\u0000\u0001]/g)?.length ?? 0;
  if (Buffer.byteLength(wellFormed) + escapes <= maxIndexedTextBytes) return wellFormed;
  throw new SwitchyardError("PAYLOAD_TOO_LARGE", `an indexed text has at most ${maxIndexedTextBytes} bytes`, {
    limit: String(maxIndexedTextBytes),
  });
}

function indexedList(list: readonly string[]): readonly string[] {
  if (list.length <= maxListMembers) return list.map(indexedText);
  throw new SwitchyardError("PAYLOAD_TOO_LARGE", `an indexed list has at most ${maxListMembers} members`, {
    limit: String(maxListMembers),
  });
}

function searchText(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= maxSearchBytes) return withoutLoneSurrogates(text);
  // A character that is cut through becomes U+FFFD, which no word contains.
  return bytes.subarray(0, maxSearchBytes).toString("utf8");
}

/** JSON can name halves of surrogate pairs, UTF-8 cannot; in indexes they all count as U+FFFD. */
function withoutLoneSurrogates(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

function isTextArray(json: unknown): json is string[] {
  return Array.isArray(json) && json.every((member) => typeof member === "string");
}
