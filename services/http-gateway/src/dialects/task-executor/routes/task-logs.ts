import { type Timestamp, timestampNow } from "@bufbuild/protobuf/wkt";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { LogLevel } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { LogRecord } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { reasonOf } from "@switchyard/errors";
import type { FastifyInstance } from "fastify";
import { sendJsonArray } from "../../../http/send-array.js";
import { writeJson } from "../../../json/raw-json.js";
import { shapeOf, type TaskExecutorContext, taskIdOf } from "../context.js";
import { TaskExecutorError } from "../errors.js";
import { lifecycleEntries } from "../lifecycle-log.js";
import { entryFromRecord, levelOfRecord, newestEntries } from "../log-mapping.js";
import { eitherList, logEntry, number, taskLogsQuery, taskParams } from "../schemas.js";
import { isOneOf, type LogLevelWord, logLevelOf, logLevels } from "../vocabulary.js";
import { readTask } from "./tasks.js";

/** Entries that are looked at for one answer, at most: with a rare level, the newest ones that fit may lie far back. */
const maxScanned = 200_000;

/** A task's log: what workers and processes wrote, and what the service itself has to say. */
export function taskLogRoutes(app: FastifyInstance, context: TaskExecutorContext): void {
  const response = { 200: eitherList(logEntry, "logs", { total: number }) };
  const schema = {
    tags: ["tasks"],
    summary: "Returns the newest log entries.",
    params: taskParams,
    querystring: taskLogsQuery,
    response,
  };
  app.get("/api/v1/tasks/:task_id/logs", { schema }, async (request, reply) => {
    const { level, limit = 100 } = request.query as { level?: string; limit?: number };
    const shape = shapeOf(request, context.config.shape);
    if (level !== undefined && !isOneOf(logLevels, level)) {
      throw new TaskExecutorError(400, `level must be one of ${logLevels.join(", ")}`);
    }
    const job = await readTask(context, taskIdOf(request), JobView.FULL);
    const records = await newestRecords(context, job, level, limit);
    const stored = records.flatMap((record) => entryFromRecord(job.id, record, claimTimeOf(job, record)) ?? []);
    const entries = newestEntries([...lifecycleEntries(job), ...stored], level, limit);
    const texts = (async function* () {
      for (const entry of entries) yield writeJson(entry);
    })();
    if (shape === "documented") return sendJsonArray(reply, texts);
    return sendJsonArray(reply, texts, ['{"logs":[', `],"total":${entries.length}}`]);
  });
}

/** The newest stored entries of all attempts and streams, in no particular order; enough of them, if there are enough. */
async function newestRecords(
  { core, config }: TaskExecutorContext,
  job: Job,
  level: LogLevelWord | undefined,
  limit: number,
): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  // Before its first attempt a job has no streams.
  if (job.attemptCount === 0) return found;
  let pageToken = "";
  let scanned = 0;
  do {
    const page = await core.logs
      .readLog({
        stream: { namespace: config.namespace, jobId: job.id, attempt: 0, stream: "" },
        from: { case: "fromEnd", value: true },
        pageSize: level === undefined ? limit : 5000,
        pageToken,
        filter: { levels: level === undefined ? [] : storedLevels(level) },
      })
      .catch(nothingIfNotFound);
    scanned += page.records.length;
    for (const record of page.records) if (level === undefined || levelOfRecord(record) === level) found.push(record);
    pageToken = page.nextPageToken;
  } while (pageToken !== "" && found.length < limit && scanned < maxScanned);
  return found;
}

/** Under which levels entries of a word may be stored: those without a level get one only here. */
function storedLevels(word: LogLevelWord): LogLevel[] {
  const unsaid = word === "info" || word === "error" || word === "warning";
  return unsaid ? [logLevelOf(word), LogLevel.UNSPECIFIED] : [logLevelOf(word)];
}

function claimTimeOf(job: Job, record: LogRecord): Timestamp {
  const attempt = job.attempts.find(({ number }) => number === record.attempt);
  return attempt?.claimTime ?? job.createTime ?? timestampNow();
}

function nothingIfNotFound(error: unknown): { records: LogRecord[]; nextPageToken: string } {
  const reason = reasonOf(error);
  if (reason === "LOG_NOT_FOUND" || reason === "JOB_NOT_FOUND") return { records: [], nextPageToken: "" };
  throw error;
}
