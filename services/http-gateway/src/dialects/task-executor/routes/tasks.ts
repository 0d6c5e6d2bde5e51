import { createHash, randomUUID } from "node:crypto";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  CancelMode,
  ListOrder,
  SubmittedJob_Disposition,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { reasonOf } from "@switchyard/errors";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { itemError } from "../../../core/item-error.js";
import { canonicalJson } from "../../../json/canonical-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { writeJson } from "../../../json/raw-json.js";
import { type TaskExecutorContext, taskIdOf } from "../context.js";
import { TaskExecutorError, taskNotFound, validationError } from "../errors.js";
import { type CreateTaskBody, jobSpecFromTask } from "../job-spec.js";
import { createdTask, taskFromJob } from "../mapping.js";
import { createTaskBody, task, taskParams } from "../schemas.js";
import { taskStatusOf } from "../vocabulary.js";

/** Creating, reading and cancelling a task. */
export function taskRoutes(app: FastifyInstance, context: TaskExecutorContext): void {
  const { core, config } = context;
  const { namespace } = config;

  app.post(
    "/api/v1/tasks",
    {
      schema: { tags: ["tasks"], summary: "Creates a task.", body: createTaskBody, response: { 201: task, 200: task } },
    },
    async (request, reply) => {
      const document = request.body as JsonDocument;
      const key = idempotencyKey(request);
      const spec = jobSpecFromTask(document.value as CreateTaskBody, document, config);
      // The digest of the caller's value, not of the spec: a change of the defaults must not turn a repeat into a conflict.
      const protection =
        key === undefined
          ? {}
          : { idempotencyKey: key, fingerprint: createHash("sha256").update(canonicalJson(document.text)).digest() };
      const { jobs } = await core.jobs.submitJobs({
        namespace,
        requestId: randomUUID(),
        items: [{ spec, ...protection }],
      });
      const submitted = jobs[0];
      if (submitted === undefined) throw new Error("the scheduler answered without the submitted job");
      const { jobId, createTime, disposition } = submitted;
      // Without a key of the caller's a replay is the gateway's own repeat of the call, and the task is new to the caller.
      const replayed = key !== undefined && disposition === SubmittedJob_Disposition.REPLAYED;
      if (replayed) reply.header("Idempotent-Replay", "true");
      const view = replayed ? taskFromJob(await readTask(context, jobId)) : createdTask(jobId, spec, createTime);
      return reply
        .code(replayed ? 200 : 201)
        .type("application/json")
        .send(writeJson(view));
    },
  );

  app.get(
    "/api/v1/tasks/:task_id",
    { schema: { tags: ["tasks"], summary: "Returns a task.", params: taskParams, response: { 200: task } } },
    async (request, reply) => {
      const job = await readTask(context, taskIdOf(request));
      return reply.type("application/json").send(writeJson(taskFromJob(job)));
    },
  );

  app.route({
    method: ["POST", "PUT"],
    url: "/api/v1/tasks/:task_id/cancel",
    schema: { tags: ["tasks"], summary: "Cancels a task at once.", params: taskParams, response: { 200: task } },
    handler: async (request, reply) => {
      const taskId = taskIdOf(request);
      const { results } = await core.jobs
        .cancelJobs({ namespace, jobIds: [taskId], mode: CancelMode.IMMEDIATE, actor: "task-executor" })
        .catch((error: unknown) => Promise.reject(asTaskError(error, taskId)));
      const refused = results[0] === undefined ? undefined : itemError(results[0]);
      if (refused !== undefined) throw await cancelRefusal(context, taskId, refused);
      const view = taskFromJob(await readTask(context, taskId));
      const answer = { ...view, message: "Task cancelled successfully", task_id: taskId };
      return reply.type("application/json").send(writeJson(answer));
    },
  });
}

/**
 * Reads a task with its payloads, or with every attempt too.
 *
 * @throws TaskExecutorError 404 also for an id that this installation cannot have made
 */
export async function readTask(
  { core, config }: TaskExecutorContext,
  taskId: string,
  view = JobView.PAYLOADS,
): Promise<Job> {
  const by = { case: "jobId" as const, value: taskId };
  const { job } = await core.jobs
    .getJob({ namespace: config.namespace, by, view })
    .catch((error: unknown) => Promise.reject(asTaskError(error, taskId)));
  // An attempt's id reads as its job to the core, and as nothing to this dialect.
  if (job === undefined || job.id !== taskId) throw taskNotFound(taskId);
  return job;
}

/** Gives the core's "not there" the dialect's words. */
export function asTaskError(error: unknown, taskId: string): unknown {
  const reason = reasonOf(error);
  return reason === "JOB_NOT_FOUND" || reason === "MALFORMED_ID" ? taskNotFound(taskId) : error;
}

/** The orders of the list by the dialect's words. */
export const listOrders: Readonly<Record<string, ListOrder>> = {
  created_at: ListOrder.OLDEST,
  "-created_at": ListOrder.NEWEST,
  updated_at: ListOrder.UPDATE_TIME_ASC,
  "-updated_at": ListOrder.UPDATE_TIME_DESC,
  started_at: ListOrder.START_TIME_ASC,
  "-started_at": ListOrder.START_TIME_DESC,
  completed_at: ListOrder.END_TIME_ASC,
  "-completed_at": ListOrder.END_TIME_DESC,
};

async function cancelRefusal(context: TaskExecutorContext, taskId: string, refused: Error): Promise<unknown> {
  const error = asTaskError(refused, taskId);
  if (error instanceof TaskExecutorError) return error;
  const reason = reasonOf(error);
  if (reason !== "WRONG_STATE" && reason !== "ALREADY_FINISHED") return error;
  const { state } = await readTask(context, taskId);
  return new TaskExecutorError(409, `Task ${taskId} is ${taskStatusOf(state)} and cannot be cancelled`);
}

function idempotencyKey(request: FastifyRequest): string | undefined {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return undefined;
  if (typeof key === "string" && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  const msg = "must be 1 to 255 visible ASCII characters";
  throw validationError([{ loc: ["header", "idempotency-key"], msg, type: "pattern" }]);
}
