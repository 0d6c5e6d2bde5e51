import { LogEntryType, LogLevel } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { LogRecord } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { enumName } from "../../input/enum-names.js";
import { timeText } from "../../output/times.js";

/** What stands before each line. */
export interface LogTextOptions {
  readonly timestamps?: boolean;
  readonly prefix?: boolean;
}

const decoder = new TextDecoder();

/**
 * An entry as people read it, with its line's end. Text of jobs is written as it is, colours included, as `cat` would; bytes of a
 * raw stream without anything added.
 */
export function recordText({ attempt, stream, entry }: LogRecord, options: LogTextOptions = {}): string {
  if (entry === undefined) return "";
  if (entry.data.length > 0) return decoder.decode(entry.data);
  const before = [
    ...(options.timestamps ? [timeText(entry.time)] : []),
    ...(options.prefix ? [`${attempt}/${stream}`] : []),
    ...(entry.level >= LogLevel.WARNING ? [LogLevel[entry.level] as string] : []),
    ...(entry.type > LogEntryType.TEXT ? [`[${enumName(LogEntryType, entry.type)}]`] : []),
  ];
  const fields = entry.fields.length === 0 ? [] : [decoder.decode(entry.fields)];
  return `${[...before, entry.message, ...fields].join(" ")}\n`;
}
