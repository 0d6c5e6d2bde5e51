import type { FastifyInstance, FastifyRequest } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import { type PipelineContext, runIdOf } from "../context.js";
import { ingestHistoryView, ingestStateView, resetIngestState } from "../ingest/ingest-state.js";
import { type IngestParameters, type IngestSource, ingestSources, ingestWork } from "../ingest/ingest-work.js";
import { streamRun } from "../logs/stream-run.js";
import { readRun } from "../runs/read-run.js";
import { resultView } from "../runs/result-view.js";
import { factsOf } from "../runs/run-facts.js";
import { startRun } from "../runs/start-run.js";
import { eventStream, runParams } from "../schemas/common.js";
import {
  historyQuery,
  ingestHistory,
  ingestQueries,
  ingestReset,
  ingestResult,
  ingestStarted,
  ingestState,
  sourceParams,
} from "../schemas/ingest.js";
import { operationStatusOf } from "../vocabulary.js";

/** Ingestion: runs that get postings from the outside, and how far they have come. */
export function ingestRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["ingestion"];
  const preValidation = context.access.token;
  const sourceOf = (request: FastifyRequest) => (request.params as { source: string }).source;

  for (const source of Object.keys(ingestSources) as IngestSource[]) {
    app.post(
      `/jobs/ingest/${source}`,
      {
        preValidation,
        schema: {
          tags,
          summary: "Begins to get postings, and answers with the run.",
          querystring: ingestQueries[source],
          response: { 200: ingestStarted },
        },
      },
      async (request, reply) => {
        const { runId } = await startRun(context, ingestWork(source, request.query as IngestParameters));
        return sendJson(reply, { run_id: runId, status: "queued", source: ingestSources[source].name });
      },
    );
  }

  app.get(
    "/jobs/ingest/:run_id/result",
    {
      preValidation,
      schema: { tags, summary: "Returns what a run did.", params: runParams, response: { 200: ingestResult } },
    },
    async (request, reply) => {
      const runId = runIdOf(request);
      const run = await readRun(context, runId, "Run not found");
      const { state, result, error } = factsOf(run);
      return sendJson(reply, {
        run_id: runId,
        status: operationStatusOf(state),
        result: result === undefined ? null : resultView(run.job.spec?.kind ?? "", runId, result, error),
        error,
      });
    },
  );

  app.get(
    "/jobs/ingest/:run_id/logs",
    {
      preValidation,
      schema: { tags, summary: "Follows a run.", params: runParams, response: { 200: eventStream } },
    },
    (request, reply) => streamRun(context, request, reply, runIdOf(request), "Operation run not found"),
  );

  app.get(
    "/jobs/ingest/state/:source",
    {
      preValidation,
      schema: {
        tags,
        summary: "Says how far a source has come.",
        params: sourceParams,
        response: { 200: ingestState },
      },
    },
    async (request, reply) => sendJson(reply, await ingestStateView(context, sourceOf(request))),
  );

  app.delete(
    "/jobs/ingest/state/:source",
    {
      preValidation,
      schema: {
        tags,
        summary: "Forgets how far a source has come.",
        params: sourceParams,
        response: { 200: ingestReset },
      },
    },
    async (request, reply) => {
      const source = sourceOf(request);
      const wasThere = await resetIngestState(context, source);
      const message = wasThere ? `Reset ingestion state for ${source}` : `No state found for ${source}`;
      return sendJson(reply, { success: true, message });
    },
  );

  app.get(
    "/jobs/ingest/history/:source",
    {
      preValidation,
      schema: {
        tags,
        summary: "Lists the last runs of a source, newest first.",
        params: sourceParams,
        querystring: historyQuery,
        response: { 200: ingestHistory },
      },
    },
    async (request, reply) => {
      const { limit = 20 } = request.query as { limit?: number };
      return sendJson(reply, await ingestHistoryView(context, sourceOf(request), limit));
    },
  );
}
