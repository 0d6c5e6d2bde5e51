import { createHash } from "node:crypto";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { type LogEntry, LogEntryType } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { LogRecord } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { isJsonObject, parseJson } from "../../json/parse-json.js";
import { RawJson } from "../../json/raw-json.js";
import { timestampMicros, timestampText } from "../../json/timestamp.js";
import { type LogLevelWord, logLevelWord } from "./vocabulary.js";

/** A log entry as callers see it; written with `writeJson`. */
export interface LogEntryView {
  readonly id: string;
  readonly task_id: string;
  readonly timestamp: string;
  readonly level: LogLevelWord;
  readonly message: string;
  readonly context: RawJson;
}

/** An entry with its place among the others. */
export interface PlacedLogEntry {
  readonly view: LogEntryView;
  /** Microseconds since 1970. */
  readonly micros: number;
  /** Among entries of one time: what began something stands before its output, what ended it behind. */
  readonly rank: number;
  /** Among entries of one time and rank: the stream, and the place in it. */
  readonly stream: string;
  readonly sequence: bigint;
}

/** The stream that workers write to through this dialect. */
export const workerStream = "log";

/** Makes an entry. `key` names it inside its task, the same at every read. */
export function placedEntry(
  entry: { readonly taskId: string; readonly key: string; readonly time: Timestamp; readonly rank: number },
  content: { readonly level: LogLevelWord; readonly message: string; readonly context: RawJson },
  { stream, sequence }: { readonly stream: string; readonly sequence: bigint } = { stream: "", sequence: 0n },
): PlacedLogEntry {
  const view = { id: entryId(entry.taskId, entry.key), task_id: entry.taskId, timestamp: timestampText(entry.time) };
  return { view: { ...view, ...content }, micros: timestampMicros(entry.time), rank: entry.rank, stream, sequence };
}

/**
 * Shows an entry of the log store.
 *
 * @param claimTime when its attempt was claimed. Producers count in milliseconds and the scheduler in microseconds, so
 *   the first lines of an attempt may seem a fraction of a millisecond older than it; they are shown at its claim
 */
export function entryFromRecord(taskId: string, record: LogRecord, claimTime: Timestamp): PlacedLogEntry | undefined {
  const { entry, attempt, stream } = record;
  if (entry === undefined || entry.type === LogEntryType.RESET) return undefined;
  const early = entry.time === undefined ? 0 : timestampMicros(claimTime) - timestampMicros(entry.time);
  const time = entry.time === undefined || (early > 0 && early < 1000) ? claimTime : entry.time;
  return placedEntry(
    { taskId, key: `${attempt}/${stream}/${entry.sequence}`, time, rank: 1 },
    { level: levelOfRecord(record), message: messageOf(entry), context: contextOf(entry, stream) },
    { stream: `${attempt}/${stream}`, sequence: entry.sequence },
  );
}

/**
 * The level of a stored entry. Lines of a process carry none: what it wrote to `stderr` counts as `error`, all else as
 * `info`; a note of the store about missing lines is a `warning`.
 */
export function levelOfRecord({ entry, stream }: LogRecord): LogLevelWord {
  if (entry?.type === LogEntryType.GAP || entry?.type === LogEntryType.TRUNCATED) return "warning";
  const said = entry === undefined ? undefined : logLevelWord(entry.level);
  return said ?? (stream === "stderr" ? "error" : "info");
}

/** The newest `limit` entries of a level (all levels if undefined), in rising order. */
export function newestEntries(
  entries: readonly PlacedLogEntry[],
  level: LogLevelWord | undefined,
  limit: number,
): LogEntryView[] {
  const wanted = entries.filter(({ view }) => level === undefined || view.level === level);
  return wanted
    .sort(byPlace)
    .slice(-limit)
    .map(({ view }) => view);
}

function byPlace(a: PlacedLogEntry, b: PlacedLogEntry): number {
  if (a.micros !== b.micros || a.rank !== b.rank) return a.micros - b.micros || a.rank - b.rank;
  if (a.stream !== b.stream) return a.stream < b.stream ? -1 : 1;
  return Number(a.sequence - b.sequence);
}

function messageOf(entry: LogEntry): string {
  return entry.data.length > 0 ? new TextDecoder().decode(entry.data) : entry.message;
}

function contextOf(entry: LogEntry, stream: string): RawJson {
  if (entry.fields.length > 0) {
    const document = parseJson(entry.fields);
    if (typeof document !== "string" && isJsonObject(document.value)) return new RawJson(document.text.trim());
  }
  return new RawJson(stream === workerStream ? "{}" : JSON.stringify({ stream }));
}

/** A UUID (version 5 in form) that depends only on the task and the entry's place: nobody looks entries up by it. */
function entryId(taskId: string, key: string): string {
  const hash = createHash("sha1").update(`task-executor log ${taskId} ${key}`).digest();
  hash[6] = ((hash[6] as number) & 0x0f) | 0x50;
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80;
  const hex = hash.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
