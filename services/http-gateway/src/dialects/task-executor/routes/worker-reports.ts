import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampNow } from "@bufbuild/protobuf/wkt";
import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { AttemptRefSchema } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { type LogEntry, LogEntrySchema } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { type Reason, reasonOf } from "@switchyard/errors";
import type { FastifyInstance, FastifyReply } from "fastify";
import { itemError } from "../../../core/item-error.js";
import { elementSpans, memberSpans } from "../../../json/json-span.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { writeJson } from "../../../json/raw-json.js";
import { wellFormed } from "../../../json/well-formed.js";
import { type TaskExecutorContext, taskIdOf, workerIdOf } from "../context.js";
import { TaskExecutorError } from "../errors.js";
import { taskFailure } from "../failure.js";
import { workerStream } from "../log-mapping.js";
import { taskFromJob } from "../mapping.js";
import { reportBody, someObject, task, workerLogBody, workerTaskParams } from "../schemas.js";
import { parseTime } from "../../../json/date-time.js";
import { type LogLevelWord, logLevelOf } from "../vocabulary.js";
import { asTaskError } from "./tasks.js";
import { asWorkerError, readRunner } from "./workers.js";

interface LogEntryBody {
  readonly level: LogLevelWord;
  readonly message: string;
  readonly timestamp?: string;
}

/**
 * What a worker has to say about a task that it holds. These callers know no attempt numbers: the attempt is the one of
 * this task that this worker holds now, and the core refuses it when there is none.
 */
export function workerReportRoutes(app: FastifyInstance, context: TaskExecutorContext): void {
  const { core, config } = context;
  const { namespace } = config;
  const schema = { tags: ["workers"], params: workerTaskParams };
  const report = { body: reportBody, response: { 200: task } };

  app.post(
    "/api/v1/workers/:worker_id/tasks/:task_id/complete",
    { schema: { ...schema, ...report, summary: "Completes a task." } },
    async (request, reply) => {
      const [runnerId, taskId] = [workerIdOf(request), taskIdOf(request)];
      const { text } = request.body as JsonDocument;
      const outcome = { result: { data: new TextEncoder().encode(text), contentType: "application/json" } };
      const { job } = await core.runners
        .completeJob({ namespace, runnerId, attempt: heldBy(runnerId, taskId), outcome })
        .catch((error: unknown) => refuse(context, error, runnerId, taskId));
      return sendTask(reply, job);
    },
  );

  app.post(
    "/api/v1/workers/:worker_id/tasks/:task_id/fail",
    { schema: { ...schema, ...report, summary: "Fails a task." } },
    async (request, reply) => {
      const [runnerId, taskId] = [workerIdOf(request), taskIdOf(request)];
      const outcome = taskFailure(request.body as JsonDocument);
      const { job } = await core.runners
        .failJob({ namespace, runnerId, attempt: heldBy(runnerId, taskId), outcome })
        .catch((error: unknown) => refuse(context, error, runnerId, taskId));
      return sendTask(reply, job);
    },
  );

  app.post(
    "/api/v1/workers/:worker_id/tasks/:task_id/logs",
    { schema: { ...schema, summary: "Adds log entries.", body: workerLogBody, response: { 201: someObject } } },
    async (request, reply) => {
      const [runnerId, taskId] = [workerIdOf(request), taskIdOf(request)];
      const entries = logEntriesOf(request.body as JsonDocument);
      const content = { case: "entries" as const, value: { entries } };
      const appends = [{ attempt: heldBy(runnerId, taskId), append: { stream: workerStream, content } }];
      const { results } = await core.runners
        .appendLog({ namespace, runnerId, appends })
        .catch((error: unknown) => refuse(context, error, runnerId, taskId));
      const refused = results[0] === undefined ? undefined : itemError(results[0]);
      if (refused !== undefined) await refuse(context, refused, runnerId, taskId);
      return reply
        .code(201)
        .type("application/json")
        .send(writeJson({ accepted: entries.length }));
    },
  );
}

function heldBy(runnerId: string, jobId: string): AttemptRef {
  return create(AttemptRefSchema, { jobId, by: { case: "holder", value: runnerId } });
}

function sendTask(reply: FastifyReply, job: Job | undefined): FastifyReply {
  if (job === undefined) throw new Error("the core took a report and answered without the job");
  return reply.type("application/json").send(writeJson(taskFromJob(job)));
}

const aboutTheTask: ReadonlySet<Reason> = new Set<Reason>([
  "JOB_NOT_FOUND",
  "MALFORMED_ID",
  "LEASE_LOST",
  "NOT_HOLDER",
  "ALREADY_FINISHED",
  "WRONG_STATE",
]);

/** Says why a report was not taken: an unknown worker before an unknown task before a task that is not its own. */
async function refuse(context: TaskExecutorContext, error: unknown, workerId: string, taskId: string): Promise<never> {
  const reason = reasonOf(error);
  // The core may refuse a report for its task without having looked for its worker.
  if (aboutTheTask.has(reason)) await readRunner(context, workerId);
  switch (reason) {
    case "LEASE_LOST":
    case "LOG_SEALED":
      throw new TaskExecutorError(409, `Task ${taskId} is no longer held by worker ${workerId}`);
    case "NOT_HOLDER":
      throw new TaskExecutorError(409, `Task ${taskId} is not held by worker ${workerId}`);
    case "ALREADY_FINISHED":
    case "WRONG_STATE":
      throw new TaskExecutorError(409, `Task ${taskId} is not running`);
    default:
      throw asWorkerError(asTaskError(error, taskId), workerId);
  }
}

function logEntriesOf({ text, value }: JsonDocument): LogEntry[] {
  const { entries } = value as { readonly entries?: readonly LogEntryBody[] };
  if (entries === undefined) return [logEntryFrom(value as LogEntryBody, text, 0)];
  const list = memberSpans(text).get("entries")?.start ?? 0;
  const spans = elementSpans(text, list);
  return entries.map((entry, index) => logEntryFrom(entry, text, spans[index]?.start ?? 0));
}

function logEntryFrom({ level, message, timestamp }: LogEntryBody, text: string, at: number): LogEntry {
  const context = memberSpans(text, at).get("context");
  return create(LogEntrySchema, {
    time: timestamp === undefined ? timestampNow() : timestampFromMs(parseTime(timestamp)),
    level: logLevelOf(level),
    message: wellFormed(message),
    fields: new TextEncoder().encode(context === undefined ? "" : text.slice(context.start, context.end)),
  });
}
