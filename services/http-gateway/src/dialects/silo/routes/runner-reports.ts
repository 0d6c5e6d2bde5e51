import { create } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { LogEntrySchema } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import { AttemptProgress_Mode } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { FastifyInstance, FastifyReply } from "fastify";
import { failureOutcome } from "../../../core/failure-text.js";
import { itemError } from "../../../core/item-error.js";
import { sendJson } from "../../../http/send-json.js";
import { memberText } from "../../../json/json-span.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { timestampText } from "../../../json/timestamp.js";
import { wellFormed } from "../../../json/well-formed.js";
import type { SiloContext } from "../context.js";
import { asClaimError, claimedJob } from "../jobs/claimed-job.js";
import { jobView } from "../jobs/job-view.js";
import { checkLogSize } from "../logs/log-size.js";
import { entryId } from "../logs/log-id.js";
import { runnerStream } from "../logs/log-view.js";
import { job, jobParams } from "../schemas/job.js";
import { completeBody, failBody, logBody, logReceipt, progressBody } from "../schemas/runner.js";
import { type LogLevelWord, logLevelOf } from "../vocabulary.js";

/** What a runner has to say about a job that it holds. */
export function runnerReportRoutes(app: FastifyInstance, context: SiloContext): void {
  const { core, config, guards } = context;
  const { namespace } = config;
  const schema = { tags: ["runner"], params: jobParams, response: { 200: job } };

  app.put(
    "/api/runner/jobs/:jobID/progress",
    { onRequest: guards.runner, schema: { ...schema, summary: "States a job's progress.", body: progressBody } },
    async (request, reply) => {
      const { progress: current, message } = (request.body as JsonDocument).value as ProgressBody;
      const claimed = await claimedJob(context, request);
      const progress = { current, total: 100, ...(message === undefined ? {} : { message: wellFormed(message) }) };
      const report = { case: "progress" as const, value: { progress, mode: AttemptProgress_Mode.MERGE } };
      const reports = [{ attempt: claimed.attempt, report, returnJob: JobView.PAYLOADS }];
      const { results } = await core.runners.reportAttempts({ namespace, runnerId: claimed.runnerId, reports });
      const refused = results[0] === undefined ? undefined : itemError(results[0]);
      if (refused !== undefined) throw await asClaimError(context, refused, claimed);
      return sendJob(reply, results[0]?.job);
    },
  );

  app.post(
    "/api/runner/jobs/:jobID/complete",
    { onRequest: guards.runner, schema: { ...schema, summary: "Completes a job.", body: completeBody } },
    async (request, reply) => {
      const result = memberText((request.body as JsonDocument).text, "result") ?? "null";
      const claimed = await claimedJob(context, request);
      const { runnerId, attempt } = claimed;
      const outcome =
        result === "null" ? {} : { result: { data: Buffer.from(result), contentType: "application/json" } };
      const answer = await core.runners.completeJob({ namespace, runnerId, attempt, outcome }).catch(async (error) => {
        throw await asClaimError(context, error, claimed);
      });
      return sendJob(reply, answer.job);
    },
  );

  app.post(
    "/api/runner/jobs/:jobID/fail",
    { onRequest: guards.runner, schema: { ...schema, summary: "Fails a job.", body: failBody } },
    async (request, reply) => {
      const body = (request.body as JsonDocument).value as FailBody;
      // The schema asks for one of the two.
      const words = body.error ?? body.error_message ?? "";
      const claimed = await claimedJob(context, request);
      const { runnerId, attempt } = claimed;
      const outcome = failureOutcome(words, body.retryable ?? false);
      const answer = await core.runners.failJob({ namespace, runnerId, attempt, outcome }).catch(async (error) => {
        throw await asClaimError(context, error, claimed);
      });
      return sendJob(reply, answer.job);
    },
  );

  app.post(
    "/api/runner/jobs/:jobID/log",
    {
      onRequest: guards.runner,
      schema: { ...schema, summary: "Adds a log entry.", body: logBody, response: { 201: logReceipt } },
    },
    async (request, reply) => {
      const document = request.body as JsonDocument;
      const { level = "info", message } = document.value as LogBody;
      checkLogSize(document);
      const claimed = await claimedJob(context, request);
      const entry = create(LogEntrySchema, {
        time: timestampNow(),
        level: logLevelOf(level === "warning" ? "warn" : level),
        message: wellFormed(message),
        fields: Buffer.from(memberText(document.text, "metadata") ?? ""),
      });
      const content = { case: "entries" as const, value: { entries: [entry] } };
      const { runnerId, attempt } = claimed;
      const appends = [{ attempt, append: { stream: runnerStream, content } }];
      const { results } = await core.runners.appendLog({ namespace, runnerId, appends });
      const result = results[0];
      if (result === undefined) throw new Error("the core answered an append without its result");
      const refused = itemError(result);
      if (refused !== undefined) throw await asClaimError(context, refused, claimed);
      const id = entryId(result.attempt, result.firstSequence);
      return sendJson(reply, { id, timestamp: timestampText(entry.time ?? timestampNow()) }, 201);
    },
  );
}

interface ProgressBody {
  readonly progress: number;
  readonly message?: string;
}

interface FailBody {
  readonly error?: string;
  readonly error_message?: string;
  readonly retryable?: boolean;
}

interface LogBody {
  readonly level?: LogLevelWord | "warning";
  readonly message: string;
}

function sendJob(reply: FastifyReply, reported: Job | undefined): FastifyReply {
  if (reported === undefined) throw new Error("the core took a report and answered without the job");
  return sendJson(reply, jobView(reported));
}
