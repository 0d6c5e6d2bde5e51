import type { LogAppend, LogEntry } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { Draft } from "../domain/append/draft.js";
import { splitMessage, splitText } from "../domain/append/split-text.js";
import { EntryType, type Moment, momentOfMs, type NewEntry } from "../model/entry.js";
import { checkCount, invalid } from "./check.js";
import { momentOf } from "./times.js";

const LINE_FEED = 0x0a;
const MAX_ENTRIES = 5_000;
const MAX_LEVEL = 5;
const MAX_TYPE = 4;
const MAX_FIELDS_BYTES = 64 * 1024;
const MAX_SOURCE_BYTES = 255;
/** Of a raw entry, which is never split: with its fields and names it fits into a message of 4 MiB, in which it is read. */
const MAX_DATA_BYTES = 3_800 * 1024;

/**
 * Reads what an append brings, checked and split into entries of bounded size. Text is kept as bytes.
 * @throws SwitchyardError `INVALID_ARGUMENT`
 */
export function draftOf({ content }: LogAppend, nowMs: number): Draft {
  switch (content.case) {
    case "text": {
      const { lines, time, level, source } = content.value;
      checkLevel("text.level", level);
      checkSource("text.source", source);
      const at = time === undefined ? momentOfMs(nowMs) : momentOf("text.time", time);
      const endsOpen = lines.length > 0 && lines[lines.length - 1] !== LINE_FEED;
      return { kind: "lines", ...splitText(lines), time: at, level, source, endsOpen };
    }
    case "entries": {
      const { entries } = content.value;
      checkCount("entries", entries, MAX_ENTRIES);
      const now = momentOfMs(nowMs);
      return { kind: "entries", entries: entries.flatMap((entry) => entriesOf(entry, now)) };
    }
    case "raw": {
      checkData("append.raw", content.value);
      const entry = {
        time: momentOfMs(nowMs),
        level: 0,
        type: EntryType.text,
        message: "",
        source: "",
        data: content.value,
      };
      return { kind: "entries", entries: content.value.length === 0 ? [] : [entry] };
    }
    case undefined:
      throw invalid("append.content", "is not set");
  }
}

function entriesOf(entry: LogEntry, now: Moment): readonly NewEntry[] {
  const { level, type, source, fields, data, message } = entry;
  checkLevel("entries.level", level);
  checkSource("entries.source", source);
  if (type < 0 || type > MAX_TYPE) throw invalid("entries.type", "is not known");
  if (data.length > 0 && message !== "") throw invalid("entries.data", "stands beside a message");
  checkData("entries.data", data);
  if (fields.length > 0) checkFields(fields);
  const made = {
    time: entry.time === undefined ? now : momentOf("entries.time", entry.time),
    level,
    type: type === 0 ? EntryType.text : type,
    source,
    ...(fields.length > 0 ? { fields } : {}),
    ...(data.length > 0 ? { data } : {}),
  };
  return splitMessage(message).map((piece) => ({ ...made, message: piece }));
}

function checkLevel(field: string, level: number): void {
  if (level < 0 || level > MAX_LEVEL) throw invalid(field, "is not known");
}

function checkSource(field: string, source: string): void {
  if (source.length > MAX_SOURCE_BYTES || (source !== "" && Buffer.byteLength(source) > MAX_SOURCE_BYTES)) {
    throw invalid(field, `is longer than ${MAX_SOURCE_BYTES} bytes`);
  }
}

function checkData(field: string, data: Uint8Array): void {
  if (data.length > MAX_DATA_BYTES) throw invalid(field, `has more than ${MAX_DATA_BYTES} bytes`);
}

function checkFields(fields: Uint8Array): void {
  if (fields.length > MAX_FIELDS_BYTES) throw invalid("entries.fields", `has more than ${MAX_FIELDS_BYTES} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(fields));
  } catch {
    throw invalid("entries.fields", "is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid("entries.fields", "is not a JSON object");
  }
}
