import { create } from "@bufbuild/protobuf";
import { type Reason, reasonOf } from "@switchyard/errors";
import { type AttemptRef, AttemptRefSchema } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { AttemptProgress_Mode } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { itemError } from "../../../core/item-error.js";
import { memberSpans } from "../../../json/json-span.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { writeJson } from "../../../json/raw-json.js";
import { wellFormed } from "../../../json/well-formed.js";
import { completion, failure, heartbeat } from "../body-rules.js";
import { consoleStream } from "../console.js";
import { jobIdOf, mayBeJobId, mayBeRunnerId, type RunpackContext, runnerIdOf } from "../context.js";
import { addEndpoint, sendJson } from "../endpoint.js";
import { refused } from "../errors.js";
import { jsonPayload } from "../json-payload.js";
import { type ProgressValue, progressFrom } from "../progress.js";
import { rateLimits } from "../rate-limit.js";
import * as schemas from "../schemas.js";
import { noteSignOfLife } from "../sign-of-life.js";

interface HeartbeatBody {
  readonly progress_current?: ProgressValue;
  readonly progress_total?: ProgressValue;
  readonly console_output: string;
}

interface CompleteBody {
  readonly output_data: unknown;
  readonly console_output: string;
}

interface ErrorBody {
  readonly error_message: string;
  readonly console_output: string;
}

/**
 * What a runner has to say about a job that it holds. These callers know no attempt numbers: the attempt is the one of this
 * job that this runner holds now, and the core refuses it when there is none.
 */
export function runnerReportRoutes(app: FastifyInstance, context: RunpackContext): void {
  const { core, config } = context;
  const { namespace } = config;
  const schema = {
    ...{ tags: ["runner"], params: schemas.jobParams },
    response: { 200: schemas.done, 400: { anyOf: [schemas.error, schemas.done] } },
  };
  const route = { method: "POST", access: "runner" } as const;

  addEndpoint(app, context, {
    ...route,
    ...{ url: "/api/runner/jobs/:jobId/heartbeat", limit: rateLimits.heartbeat, body: heartbeat },
    operation: "Failed to update heartbeat",
    schema: { ...schema, summary: "Reports progress, and keeps the job alive.", body: schemas.heartbeatBody },
    async handle(request, reply) {
      const body = (request.body as JsonDocument).value as HeartbeatBody;
      const held = await holding(context, request);
      // The scheduler first: a runner that no longer holds the job must change nothing.
      await report(context, held, progressFrom(body.progress_current ?? null, body.progress_total ?? null));
      await replaceConsole(context, held, body.console_output);
      return sendJson(reply, 200, writeJson({ success: true, message: "Heartbeat updated successfully" }));
    },
  });

  addEndpoint(app, context, {
    ...route,
    ...{ url: "/api/runner/jobs/:jobId/complete", body: completion },
    operation: "Failed to complete job",
    schema: { ...schema, summary: "Completes a job.", body: schemas.completeBody },
    async handle(request, reply) {
      const { text, value } = request.body as JsonDocument;
      const { output_data, console_output } = value as CompleteBody;
      const span = memberSpans(text).get("output_data");
      const result = jsonPayload(span === undefined ? "null" : text.slice(span.start, span.end), output_data);
      const held = await holding(context, request);
      // The console first: the outcome ends the log, and a crash in between leaves what a heartbeat would have left.
      await replaceConsole(context, held, console_output);
      await core.runners.completeJob({ namespace, ...held, outcome: { result } }).catch(refuse);
      return sendJson(reply, 200, writeJson({ success: true, message: "Job completed successfully" }));
    },
  });

  addEndpoint(app, context, {
    ...route,
    ...{ url: "/api/runner/jobs/:jobId/error", body: failure },
    operation: "Failed to mark job as failed",
    schema: { ...schema, summary: "Fails a job.", body: schemas.errorBody },
    async handle(request, reply) {
      const { error_message, console_output } = (request.body as JsonDocument).value as ErrorBody;
      const held = await holding(context, request);
      await replaceConsole(context, held, console_output);
      const outcome = { message: wellFormed(error_message), retryable: false };
      await core.runners.failJob({ namespace, ...held, outcome }).catch(refuse);
      return sendJson(reply, 200, writeJson({ success: true, message: "Job marked as failed successfully" }));
    },
  });
}

/** The attempt that a call is about. */
interface Held {
  readonly runnerId: string;
  readonly attempt: AttemptRef;
}

/** @throws RunpackError 400 for ids that no job and no runner can have */
async function holding(context: RunpackContext, request: FastifyRequest): Promise<Held> {
  const [jobId, runnerId] = [jobIdOf(request), runnerIdOf(request)];
  if (mayBeJobId(jobId) && mayBeRunnerId(runnerId)) {
    return { runnerId, attempt: create(AttemptRefSchema, { jobId, by: { case: "holder", value: runnerId } }) };
  }
  await noteSignOfLife(context, runnerId, request.log);
  throw notHeld();
}

async function report(
  { core, config }: RunpackContext,
  { runnerId, attempt }: Held,
  progress: ReturnType<typeof progressFrom>,
): Promise<void> {
  const value = { progress, mode: AttemptProgress_Mode.REPLACE };
  const reports = [{ attempt, report: { case: "progress" as const, value }, renew: true }];
  const { results } = await core.runners
    .reportAttempts({ namespace: config.namespace, runnerId, reports })
    .catch(refuse);
  const error = results[0] === undefined ? undefined : itemError(results[0]);
  if (error !== undefined) refuse(error);
}

async function replaceConsole({ core, config }: RunpackContext, held: Held, text: string): Promise<void> {
  const request = { namespace: config.namespace, ...held, stream: consoleStream, text: wellFormed(text) };
  await core.runners.replaceLogText(request).catch(refuse);
}

const notHeld = () => refused(400, "Job not found or not claimed by this runner");

const aboutTheJob: ReadonlySet<Reason> = new Set<Reason>([
  "JOB_NOT_FOUND",
  "ATTEMPT_NOT_FOUND",
  "MALFORMED_ID",
  "LEASE_LOST",
  "NOT_HOLDER",
  "ALREADY_FINISHED",
  "WRONG_STATE",
  "LOG_SEALED",
  "RUNNER_NOT_FOUND",
  "TOKEN_REVOKED",
]);

function refuse(error: unknown): never {
  throw aboutTheJob.has(reasonOf(error)) ? notHeld() : error;
}
