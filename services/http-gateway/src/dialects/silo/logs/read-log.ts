import { reasonOf } from "@switchyard/errors";
import { LogLevel } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { SiloContext } from "../context.js";
import { type LogLevelWord, logLevelOf } from "../vocabulary.js";
import { sequenceAfter } from "./log-id.js";
import { type LogEntryView, runnerEntry, runnerStream } from "./log-view.js";
import { serverEntries } from "./server-entries.js";

/** Which entries of a job's log are wanted. */
export interface LogWindow {
  /** Behind this entry. */
  readonly after: number;
  /** The first so many. */
  readonly limit: number;
  /** Of these levels. */
  readonly levels: readonly LogLevelWord[];
}

/**
 * Reads the first entries of a window: what the service has to say, and between it what the runners wrote, attempt after
 * attempt.
 *
 * @param job read with every attempt
 */
export async function* readLog(
  context: Pick<SiloContext, "core" | "config">,
  job: Job,
  { after, limit, levels }: LogWindow,
): AsyncGenerator<LogEntryView> {
  const wanted = (entry: LogEntryView) => entry.id > after && levels.includes(entry.level);
  const served = serverEntries(job).filter(wanted);
  let left = limit;
  for (const attempt of job.attempts) {
    for await (const entry of runnerEntries(context, job.id, attempt.number, { after, limit: left, levels })) {
      for (; left > 0 && served[0] !== undefined && served[0].id < entry.id; left -= 1)
        yield served.shift() as LogEntryView;
      if (left === 0) return;
      yield entry;
      left -= 1;
    }
    if (left === 0) return;
  }
  yield* served.slice(0, left);
}

/** The first entries of one attempt's stream, in order. */
async function* runnerEntries(
  { core, config }: Pick<SiloContext, "core" | "config">,
  jobId: string,
  attempt: number,
  { after, limit, levels }: LogWindow,
): AsyncGenerator<LogEntryView> {
  const fromSequence = sequenceAfter(after, attempt);
  if (fromSequence === undefined) return;
  let left = limit;
  let pageToken = "";
  do {
    const page = await core.logs
      .readLog({
        stream: { namespace: config.namespace, jobId, attempt, stream: runnerStream },
        from: { case: "fromSequence", value: fromSequence },
        pageSize: Math.min(left, 1000),
        pageToken,
        filter: { levels: storedLevels(levels) },
      })
      .catch(nothingIfNotFound);
    for (const record of page.records) {
      const entry = runnerEntry(jobId, record);
      if (entry === undefined || !levels.includes(entry.level)) continue;
      yield entry;
      left -= 1;
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== "" && left > 0);
}

/** Under which levels entries of some words may be stored: those without a level get one only here. */
function storedLevels(words: readonly LogLevelWord[]): LogLevel[] {
  const also = { debug: [], info: [LogLevel.UNSPECIFIED], warn: [LogLevel.UNSPECIFIED], error: [LogLevel.CRITICAL] };
  return [...new Set(words.flatMap((word) => [logLevelOf(word), ...also[word]]))];
}

/** An attempt has no stream before its first entry. */
function nothingIfNotFound(error: unknown): { records: []; nextPageToken: string } {
  const reason = reasonOf(error);
  if (reason === "LOG_NOT_FOUND" || reason === "JOB_NOT_FOUND") return { records: [], nextPageToken: "" };
  throw error;
}
