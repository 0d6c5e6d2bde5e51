import { reasonOf } from "@switchyard/errors";
import { LogEntryType } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { LogRecord, ReadLogRequest } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { shownAttempt } from "../../core/shown-attempt.js";
import type { RunpackContext } from "./context.js";

/** The stream that holds the text which the dialect's runners send. */
export const consoleStream = "console";

/** The stream of runners of other kinds that comes closest to a console. */
const outputStream = "stdout";

/** The dialect's own limit for a console, in UTF-16 code units. */
const maxLength = 1_048_576;

/**
 * Reads the console of a job: the text that its runner sent last, or what the process of a runner of another kind wrote, of
 * which the end is shown where it is longer than a console may be. A job that nobody has, or had, shows none.
 */
export async function readConsole(context: RunpackContext, job: Job): Promise<string> {
  const attempt = shownAttempt(job)?.number;
  if (attempt === undefined) return "";
  const console = await readText(context, { jobId: job.id, attempt, stream: consoleStream });
  return console ?? (await readOutput(context, { jobId: job.id, attempt, stream: outputStream })) ?? "";
}

interface Stream {
  readonly jobId: string;
  readonly attempt: number;
  readonly stream: string;
}

/** The text of a stream since it was last replaced: its messages, one directly after the other. */
async function readText(context: RunpackContext, stream: Stream): Promise<string | undefined> {
  let text: string | undefined;
  for await (const records of pagesOf(context, stream, { case: "sinceReset", value: true })) {
    text = `${text ?? ""}${records.flatMap(messageOf).join("")}`;
    if (text.length >= maxLength) return text.slice(0, maxLength);
  }
  return text;
}

/** The last lines of a stream. Its pages come from the end, the lines of each in rising order. */
async function readOutput(context: RunpackContext, stream: Stream): Promise<string | undefined> {
  let text: string | undefined;
  for await (const records of pagesOf(context, stream, { case: "fromEnd", value: true })) {
    const lines = records.flatMap(messageOf).map((line) => `${line}\n`);
    text = `${lines.join("")}${text ?? ""}`;
    if (text.length >= maxLength) return text.slice(-maxLength);
  }
  return text;
}

/** The pages of a stream; none when there is no such stream. */
async function* pagesOf(
  { core, config }: RunpackContext,
  stream: Stream,
  from: ReadLogRequest["from"],
): AsyncGenerator<readonly LogRecord[]> {
  let pageToken = "";
  do {
    const page = await core.logs
      .readLog({ stream: { namespace: config.namespace, ...stream }, from, pageSize: 10_000, pageToken })
      .catch((error: unknown) => (reasonOf(error) === "LOG_NOT_FOUND" ? undefined : Promise.reject(error)));
    if (page === undefined) return;
    yield page.records;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}

/** The message of an entry; none of what the store notes about the stream. */
function messageOf({ entry }: LogRecord): readonly string[] {
  if (entry === undefined || (entry.type !== LogEntryType.TEXT && entry.type !== LogEntryType.UNSPECIFIED)) return [];
  return [entry.data.length > 0 ? new TextDecoder().decode(entry.data) : entry.message];
}
