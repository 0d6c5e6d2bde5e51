import type { Client } from "@connectrpc/connect";
import { type LogEntry, LogEntryType } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { type Producer, producedStream } from "./producer.js";

/** What a read-back showed. */
export interface Compared {
  /** Entries as they were written. */
  readonly entries: number;
  /** Marks of gaps. */
  readonly gaps: number;
  /** The first thing that is not as it must be; undefined: all is well. */
  readonly difference: string | undefined;
}

/** Reads a producer's stream to its end, page by page, and holds each entry against what was written: none missing, none twice, none changed, no gap but where one was left. */
export async function compareLog(
  logs: Client<typeof LogService>,
  namespace: string,
  { jobId, log, leftOut }: Producer,
): Promise<Compared> {
  const holes = new Map(leftOut.map(({ first, count }) => [first, count]));
  const stream = { namespace, jobId, attempt: 1, stream: producedStream };
  let [next, entries, gaps] = [0, 0, 0];
  const differs = (what: string): Compared => ({ entries, gaps, difference: `${jobId} at ${next}: ${what}` });
  for (let pageToken = ""; ; ) {
    const page = await logs.readLog({ stream, pageToken, pageSize: 10_000 });
    for (const { entry } of page.records) {
      const hole = holes.get(next);
      const wrong = differenceOf(entry, next, hole, log.form, log.line);
      if (wrong !== undefined) return differs(wrong);
      next += hole ?? 1;
      if (hole === undefined) entries += 1;
      else gaps += 1;
    }
    pageToken = page.nextPageToken;
    if (pageToken !== "") continue;
    if (next !== log.count || page.length !== BigInt(log.count)) return differs(`ends here, of ${log.count}`);
    return { entries, gaps, difference: undefined };
  }
}

function differenceOf(
  entry: LogEntry | undefined,
  number: number,
  hole: number | undefined,
  form: Producer["log"]["form"],
  line: (number: number) => string,
): string | undefined {
  if (entry === undefined) return "a record without an entry";
  if (entry.sequence !== BigInt(number)) return `is number ${entry.sequence}`;
  if (hole !== undefined) {
    const isMarked = entry.type === LogEntryType.GAP && entry.message === missing(hole);
    return isMarked
      ? undefined
      : `${hole} entries were left out, and it is ${LogEntryType[entry.type]} ${entry.message}`;
  }
  if (entry.type !== LogEntryType.TEXT) return `is of type ${LogEntryType[entry.type]}: ${entry.message}`;
  const [text, other] = form === "raw" ? [Buffer.from(entry.data).toString(), entry.message] : [entry.message, ""];
  return text === line(number) && other === "" ? undefined : `is ${JSON.stringify(text.slice(0, 200))}`;
}

const missing = (count: number) => `${count} ${count === 1 ? "entry is" : "entries are"} missing`;
