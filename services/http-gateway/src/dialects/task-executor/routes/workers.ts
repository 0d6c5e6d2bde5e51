import { RegisterRunnerRequest_Mode, RunnerMode } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { type Runner, RunnerState } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { reasonOf } from "@switchyard/errors";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { FastifyInstance } from "fastify";
import { runnerPages } from "../../../core/runner-pages.js";
import { sendJsonArray } from "../../../http/send-array.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { writeJson } from "../../../json/raw-json.js";
import { meanTimes } from "../aggregates.js";
import { shapeOf, type TaskExecutorContext, workerIdOf } from "../context.js";
import { workerNotFound } from "../errors.js";
import { backendTypeLabel } from "../job-spec.js";
import {
  eitherList,
  listWorkersQuery,
  number,
  registerWorkerBody,
  someObject,
  worker,
  workerParams,
} from "../schemas.js";
import { runnerStatesOf, type WorkerStatus, workerStatusOf } from "../vocabulary.js";
import { type RegisterWorkerBody, runnerSpecFromWorker, workerFromRunner } from "../worker-mapping.js";

/** Registering and reading workers. */
export function workerRoutes(app: FastifyInstance, context: TaskExecutorContext): void {
  const { core, config } = context;
  const { namespace } = config;
  const tags = ["workers"];

  app.post(
    "/api/v1/workers/register",
    {
      schema: {
        tags,
        summary: "Registers a worker, or registers it anew.",
        body: registerWorkerBody(config.strictWorkerIds),
        response: { 201: worker },
      },
    },
    async (request, reply) => {
      const document = request.body as JsonDocument;
      const body = document.value as RegisterWorkerBody;
      const { runner } = await core.runners.registerRunner({
        namespace,
        mode: RegisterRunnerRequest_Mode.UPSERT,
        runnerId: body.worker_id,
        spec: runnerSpecFromWorker(body, document, config),
        releaseHeld: true,
      });
      const view = workerFromRunner(await makeIdle(context, body.worker_id, runner));
      return reply.code(201).type("application/json").send(writeJson(view));
    },
  );

  app.get(
    "/api/v1/workers",
    {
      schema: {
        tags,
        summary: "Lists workers by id.",
        querystring: listWorkersQuery,
        response: { 200: eitherList(worker, "workers", { total: number }) },
      },
    },
    async (request, reply) => {
      const query = request.query as { status?: WorkerStatus; backend_type?: string };
      const shape = shapeOf(request, config.shape);
      const pages = pagesOf(context, query);
      const first = await pages.next();
      const total = Number(first.value?.total ?? 0);
      reply.header("X-Total-Count", total);
      const workers = (async function* () {
        for (const runner of first.value?.runners ?? []) yield writeJson(workerFromRunner(runner));
        for await (const page of pages) for (const runner of page.runners) yield writeJson(workerFromRunner(runner));
      })();
      if (shape === "documented") return sendJsonArray(reply, workers);
      return sendJsonArray(reply, workers, ['{"workers":[', `],"total":${total}}`]);
    },
  );

  app.get(
    "/api/v1/workers/:worker_id",
    { schema: { tags, summary: "Returns a worker.", params: workerParams, response: { 200: worker } } },
    async (request, reply) => {
      const runner = await readRunner(context, workerIdOf(request));
      return reply.type("application/json").send(writeJson(workerFromRunner(runner)));
    },
  );

  app.get(
    "/api/v1/workers/:worker_id/stats",
    {
      schema: {
        tags,
        summary: "Returns sums over a worker's tasks.",
        params: workerParams,
        response: { 200: someObject },
      },
    },
    async (request, reply) => {
      const runner = await readRunner(context, workerIdOf(request));
      const ended = [JobState.SUCCEEDED, JobState.FAILED];
      const means = await meanTimes(core, namespace, { runnerId: runner.id, states: ended });
      const [completed, failed] = [Number(runner.completedCount), Number(runner.failedCount)];
      const registered = runner.registerTime === undefined ? Date.now() : timestampMs(runner.registerTime);
      const stats = {
        worker_id: runner.id,
        total_tasks: completed + failed,
        success_rate: completed + failed === 0 ? 0 : completed / (completed + failed),
        average_task_duration: means.execution,
        uptime_seconds: Math.max(0, (Date.now() - registered) / 1000),
        current_status: workerStatusOf(runner.state),
      };
      return reply.type("application/json").send(writeJson(stats));
    },
  );
}

/**
 * Reads a worker.
 *
 * @throws TaskExecutorError 404
 */
export async function readRunner({ core, config }: TaskExecutorContext, workerId: string): Promise<Runner> {
  const { runner } = await core.fleet
    .getRunner({ namespace: config.namespace, runnerId: workerId })
    .catch((error: unknown) => Promise.reject(asWorkerError(error, workerId)));
  if (runner === undefined) throw workerNotFound(workerId);
  return runner;
}

/** Gives the core's "no such runner" the dialect's words. */
export function asWorkerError(error: unknown, workerId: string): unknown {
  return reasonOf(error) === "RUNNER_NOT_FOUND" ? workerNotFound(workerId) : error;
}

/** A registered worker is idle here, whatever it said before; to the core registration alone may be no sign of life. */
async function makeIdle(
  { core, config }: TaskExecutorContext,
  workerId: string,
  runner: Runner | undefined,
): Promise<Runner> {
  if (runner !== undefined && runner.state === RunnerState.IDLE && !runner.paused) return runner;
  const heartbeat = { namespace: config.namespace, runnerId: workerId, mode: RunnerMode.ACCEPTING };
  const { runner: present } = await core.runners.heartbeat(heartbeat);
  if (present === undefined) throw workerNotFound(workerId);
  return present;
}

async function* pagesOf(
  { core, config }: TaskExecutorContext,
  { status, backend_type: backendType }: { status?: WorkerStatus; backend_type?: string },
) {
  // To the core an empty value asks for the label's presence; here nothing can equal it.
  if (backendType === "") return undefined;
  return yield* runnerPages(core, {
    namespace: config.namespace,
    states: status === undefined ? [] : runnerStatesOf(status),
    labels: backendType === undefined ? {} : { [backendTypeLabel]: backendType },
  });
}
