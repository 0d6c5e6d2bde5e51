import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { type LogEntry, LogEntryType } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { LogRecord } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { isJsonObject, parseJson } from "../../../json/parse-json.js";
import { RawJson } from "../../../json/raw-json.js";
import { timestampTextOrNull } from "../../../json/timestamp.js";
import { type LogLevelWord, logLevelWord } from "../vocabulary.js";
import { entryId } from "./log-id.js";

/** A log entry as callers see it; written with `writeJson`. */
export interface LogEntryView {
  readonly id: number;
  readonly job_id: string;
  readonly timestamp: string | null;
  readonly level: LogLevelWord;
  readonly message: string;
  readonly metadata: RawJson;
  readonly source: "runner" | "server";
}

/** The stream that runners of this dialect write to. */
export const runnerStream = "log";

/** Makes an entry. */
export function logEntryView(
  jobId: string,
  time: Timestamp | undefined,
  entry: Omit<LogEntryView, "job_id" | "timestamp">,
): LogEntryView {
  const { id, level, message, metadata, source } = entry;
  return { id, job_id: jobId, timestamp: timestampTextOrNull(time), level, message, metadata, source };
}

/** Shows an entry that a runner wrote; undefined for a mark that shows nothing. */
export function runnerEntry(jobId: string, { attempt, entry }: LogRecord): LogEntryView | undefined {
  if (entry === undefined || entry.type === LogEntryType.RESET) return undefined;
  return logEntryView(jobId, entry.time, {
    id: entryId(attempt, entry.sequence),
    level: levelOf(entry),
    message: entry.data.length > 0 ? new TextDecoder().decode(entry.data) : entry.message,
    metadata: metadataOf(entry),
    source: "runner",
  });
}

/** The level of a stored entry; a note of the store about missing entries is a warning. */
function levelOf({ type, level }: LogEntry): LogLevelWord {
  return type === LogEntryType.GAP || type === LogEntryType.TRUNCATED ? "warn" : logLevelWord(level);
}

function metadataOf({ fields }: LogEntry): RawJson {
  const document = fields.length === 0 ? "syntax" : parseJson(fields);
  if (typeof document === "string" || !isJsonObject(document.value)) return new RawJson("{}");
  return new RawJson(document.text.trim());
}
