import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { type PipelineContext, runIdOf } from "../context.js";
import { notFound } from "../errors.js";
import { readRun } from "../runs/read-run.js";
import { factsOf } from "../runs/run-facts.js";
import { runNow } from "../runs/run-now.js";
import { runParams } from "../schemas/common.js";
import { answers, searchBody } from "../schemas/search.js";
import { cachedSearchView, foundView, searchOperation, searchWork } from "../search/run-search.js";
import { clearSearchCache, readCachedSearch } from "../search/search-cache.js";
import { cacheKeyOfJob, type SearchBody, searchCacheKey, searchRequestOf } from "../search/search-request.js";
import { operationStatusOf } from "../vocabulary.js";

/** Searches at the sources. */
export function searchRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["job search"];
  const preValidation = context.access.token;

  app.post(
    "/job-search/search",
    {
      preValidation,
      schema: { tags, summary: "Searches at the sources.", body: searchBody, response: { 200: answers.found } },
    },
    async (request, reply) => {
      const startedAt = performance.now();
      const body = (request.body as JsonDocument).value as SearchBody;
      const wanted = searchRequestOf(body);
      const key = searchCacheKey(wanted);
      const cached = body.use_cache === false ? undefined : await readCachedSearch(context, key);
      if (cached !== undefined) {
        return sendJson(reply, cachedSearchView(cached, key, Math.round(performance.now() - startedAt)));
      }
      const run = await runNow(context, searchWork(wanted, key), request);
      const status = operationStatusOf(run.job.state);
      return sendJson(reply, { ...foundView(run, key), run_id: run.runId, status });
    },
  );

  app.get(
    "/job-search/result/:run_id",
    {
      preValidation,
      schema: { tags, summary: "Returns what a search found.", params: runParams, response: { 200: answers.result } },
    },
    async (request, reply) => {
      const runId = runIdOf(request);
      const run = await readRun(context, runId, "Run not found");
      if (run.job.spec?.kind !== searchOperation) throw notFound("Run not found");
      const { state, result, error } = factsOf(run);
      const failure = error === null ? undefined : { message: error, code: undefined };
      return sendJson(reply, {
        run_id: runId,
        status: operationStatusOf(state),
        result: result === undefined ? null : foundView({ result, failure }, cacheKeyOfJob(run.job)),
        error,
      });
    },
  );

  app.delete(
    "/job-search/cache",
    { preValidation, schema: { tags, summary: "Forgets all answers.", response: { 200: answers.changed } } },
    async (_, reply) => {
      await clearSearchCache(context);
      return sendJson(reply, { success: true, job_id: null, hidden: null, error: null });
    },
  );
}
