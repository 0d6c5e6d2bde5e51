import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import { type PipelineContext, runIdOf } from "../context.js";
import { readLogPage } from "../logs/read-log-page.js";
import { readLastLines } from "../logs/run-lines.js";
import { streamRun } from "../logs/stream-run.js";
import { unavailableAs } from "../errors.js";
import { postingOf } from "../runs/job-spec.js";
import { readOperationRun, readRun, type Run } from "../runs/read-run.js";
import { resultView } from "../runs/result-view.js";
import { factsOf } from "../runs/run-facts.js";
import { eventStream, runParams } from "../schemas/common.js";
import { logPage, logQuery, logStatus, operationRunStatus } from "../schemas/run.js";
import { naiveNow, naiveTime } from "../time-text.js";
import { operationStatusOf } from "../vocabulary.js";

/** The newest lines that a status has room for. */
const statusLines = 1000;

/** Following the runs of operations: as a stream, by polling, and in one answer. */
export function operationRunRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["operation runs"];
  const preValidation = context.access.token;
  const status = { tags, params: runParams, response: { 200: operationRunStatus } };
  const asStatus = async (run: Run) => {
    const view = statusView(run);
    const lines = await readLastLines(context, run, statusLines);
    return { ...view, logs: lines.map(({ text }) => text) };
  };

  app.get(
    "/api/jobs/operations/:run_id/logs",
    {
      preValidation,
      schema: {
        tags,
        summary: "Follows a run (server-sent events).",
        params: runParams,
        response: { 200: eventStream },
      },
    },
    async (request, reply) => streamRun(context, request, reply, runIdOf(request), "Operation run not found"),
  );

  app.get(
    "/api/jobs/operations/:run_id/status",
    { preValidation, schema: { ...status, summary: "Tells where a run stands, with its newest lines." } },
    async (request, reply) => sendJson(reply, await asStatus(await readOperationRun(context, runIdOf(request)))),
  );

  app.get(
    "/api/jobs/operations/:run_id/logs/redis",
    { preValidation, schema: { ...status, summary: "The same, from what is stored; here all is." } },
    async (request, reply) => {
      const gone = "Logs not found in Redis. They may have expired (6h TTL) or were never persisted.";
      return sendJson(reply, await asStatus(await readRun(context, runIdOf(request), gone)));
    },
  );

  const away = unavailableAs("Log service unavailable (Redis not connected)");
  for (const base of ["/api/logs", "/operations"]) {
    app.get(
      `${base}/:run_id`,
      {
        schema: {
          tags,
          summary: "Returns lines of a run from an index on.",
          params: runParams,
          querystring: logQuery,
          response: { 200: logPage },
        },
      },
      async (request, reply) => {
        const { since = 0, limit = 100 } = request.query as { since?: number; limit?: number };
        return sendJson(reply, await readLogPage(context, runIdOf(request), { since, limit }).catch(away));
      },
    );

    app.get(
      `${base}/:run_id/status`,
      { schema: { tags, summary: "Tells where a run stands.", params: runParams, response: { 200: logStatus } } },
      async (request, reply) => {
        const runId = runIdOf(request);
        const run = await readRun(context, runId, `Run ${runId} not found`).catch(away);
        const { state, layers, error } = factsOf(run);
        return sendJson(reply, {
          status: operationStatusOf(state),
          layer_status: layers,
          error,
          langsmith_url: null,
        });
      },
    );
  }
}

function statusView(run: Run) {
  const { runId, job, attempts } = run;
  const { state, layers, result, error } = factsOf(run);
  const kind = job.spec?.kind ?? "";
  const started = attempts.at(-1)?.startTime ?? job.createTime;
  return {
    run_id: runId,
    status: operationStatusOf(state),
    layer_status: layers,
    result: result === undefined ? null : resultView(kind, runId, result, error),
    error,
    langsmith_url: null,
    job_id: job.spec === undefined ? "" : postingOf(job.spec),
    started_at: started === undefined ? naiveNow() : naiveTime(started),
    operation: kind,
  };
}
