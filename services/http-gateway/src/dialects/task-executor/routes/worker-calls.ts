import { timestampNow } from "@bufbuild/protobuf/wkt";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { RunnerMode } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { reasonOf } from "@switchyard/errors";
import type { FastifyInstance } from "fastify";
import { releaseIfUnread } from "../../../core/release-unread.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { writeJson } from "../../../json/raw-json.js";
import { shapeOf, type TaskExecutorContext, workerIdOf } from "../context.js";
import { workerNotFound } from "../errors.js";
import { taskFromLease } from "../mapping.js";
import { heartbeatBody, shapeQuery, task, worker, workerParams } from "../schemas.js";
import { timestampText } from "../../../json/timestamp.js";
import type { WorkerStatus } from "../vocabulary.js";
import { cancelledTaskIds, workerFromRunner } from "../worker-mapping.js";
import { asWorkerError, readRunner } from "./workers.js";

interface HeartbeatBody {
  readonly status: WorkerStatus;
  readonly current_task_id?: string | null;
}

/** The calls by which a worker lives: its sign of life, and its claim. */
export function workerCallRoutes(app: FastifyInstance, context: TaskExecutorContext): void {
  const { core, config } = context;
  const { namespace } = config;
  const tags = ["workers"];

  app.post(
    "/api/v1/workers/:worker_id/heartbeat",
    {
      schema: {
        tags,
        summary: "A sign of life.",
        params: workerParams,
        body: heartbeatBody,
        response: { 200: worker },
      },
    },
    async (request, reply) => {
      const workerId = workerIdOf(request);
      const body = (request.body as JsonDocument).value as HeartbeatBody;
      const mode = await modeOf(context, workerId, body.status);
      const { runner, revoked } = await core.runners
        .heartbeat({ namespace, runnerId: workerId, mode })
        .catch((error: unknown) => Promise.reject(asWorkerError(error, workerId)));
      if (runner === undefined) throw workerNotFound(workerId);
      const answer = {
        ...workerFromRunner(runner),
        message: "Heartbeat received",
        timestamp: timestampText(timestampNow()),
        cancelled_task_ids: cancelledTaskIds(runner, revoked, body.current_task_id?.toLowerCase() ?? null),
      };
      return reply.type("application/json").send(writeJson(answer));
    },
  );

  app.post(
    "/api/v1/workers/:worker_id/claim",
    {
      schema: {
        tags,
        summary: "Claims the next task.",
        params: workerParams,
        querystring: shapeQuery,
        response: { 200: task, 204: { type: "null" } },
      },
    },
    async (request, reply) => {
      const workerId = workerIdOf(request);
      const shape = shapeOf(request, config.shape);
      const lease = await claim(context, workerId);
      if (lease !== undefined) {
        releaseIfUnread(core, namespace, lease, reply);
        return reply.type("application/json").send(writeJson(taskFromLease(lease)));
      }
      return shape === "documented" ? reply.code(204).send() : reply.type("application/json").send("null");
    },
  );
}

/**
 * What a reported status means for claims. A worker that reports `busy` while it holds a task says only what the core
 * knows; its next claim must not be refused just because it comes before its next heartbeat.
 */
async function modeOf(context: TaskExecutorContext, workerId: string, status: WorkerStatus): Promise<RunnerMode> {
  if (status === "offline") return RunnerMode.LEAVING;
  if (status === "idle") return RunnerMode.ACCEPTING;
  const { held } = await readRunner(context, workerId);
  return held.length > 0 ? RunnerMode.ACCEPTING : RunnerMode.PAUSED;
}

async function claim({ core, config }: TaskExecutorContext, workerId: string): Promise<Lease | undefined> {
  try {
    const { lease } = await core.runners.claimJob({ namespace: config.namespace, runnerId: workerId, start: true });
    return lease;
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === "RUNNER_BUSY" || reason === "RUNNER_DRAINING" || reason === "QUEUE_PAUSED") return undefined;
    throw asWorkerError(error, workerId);
  }
}
