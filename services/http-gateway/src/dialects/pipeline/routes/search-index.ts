import { searchPresets, searchRegions, searchSources } from "@switchyard/pipeline-model";
import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import { jobIdOf, type PipelineContext } from "../context.js";
import { booleanOf } from "../schemas/query-flag.js";
import { answers, indexJobParams, indexQuery, promoteQuery } from "../schemas/search.js";
import { indexJobDetail } from "../search/index-job.js";
import { promoteJob } from "../search/promote-job.js";
import { searchCacheStats } from "../search/search-cache.js";
import { findIndexJob, indexStats, queryIndex, setHidden } from "../search/search-index.js";

/** The query of the index, as it was checked. */
interface SentQuery {
  readonly q?: string;
  readonly sources?: string;
  readonly regions?: string;
  readonly remote_only?: string;
  readonly promoted?: string;
  readonly include_hidden?: string;
  readonly min_score?: number;
  readonly sort_by?: string;
  readonly sort_order?: string;
  readonly offset?: number;
  readonly limit?: number;
}

/** The index of everything that searches have found. */
export function searchIndexRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["job search"];
  const preValidation = context.access.token;

  app.get(
    "/job-search/index",
    {
      preValidation,
      schema: {
        tags,
        summary: "Queries the index: a page, the number of all matches, and counts by source, region and place.",
        querystring: indexQuery,
        response: { 200: answers.index },
      },
    },
    async (request, reply) => {
      const { remote_only, promoted, include_hidden, min_score, sort_by, sort_order, offset, limit, ...words } =
        request.query as SentQuery;
      const query = {
        ...words,
        remoteOnly: booleanOf(remote_only),
        includeHidden: booleanOf(include_hidden),
        ...(promoted === undefined ? {} : { promoted: booleanOf(promoted) }),
        ...(min_score === undefined ? {} : { minScore: min_score }),
        ...(sort_by === undefined ? {} : { sortBy: sort_by }),
        ...(sort_order === undefined ? {} : { sortOrder: sort_order }),
        offset: offset ?? 0,
      };
      return sendJson(reply, { success: true, ...(await queryIndex(context, query, limit ?? 50)) });
    },
  );

  app.get(
    "/job-search/presets",
    { schema: { tags, summary: "Lists what a search may name by an id.", response: { 200: answers.presets } } },
    async (_, reply) => sendJson(reply, { job_titles: searchPresets, regions: searchRegions, sources: searchSources }),
  );

  app.get(
    "/job-search/stats",
    { preValidation, schema: { tags, summary: "Counts index and cache.", response: { 200: answers.stats } } },
    async (_, reply) => {
      const [cache, index] = await Promise.all([searchCacheStats(context), indexStats(context)]);
      return sendJson(reply, { success: true, cache, index });
    },
  );

  app.get(
    "/job-search/:job_id",
    {
      preValidation,
      schema: {
        tags,
        summary: "Returns a job with its description.",
        params: indexJobParams,
        response: { 200: answers.job },
      },
    },
    async (request, reply) => {
      const job = await findIndexJob(context, jobIdOf(request));
      if (job === undefined) return sendJson(reply, { success: false, job: null, error: "Job not found" });
      return sendJson(reply, { success: true, job: indexJobDetail(job), error: null });
    },
  );

  app.post(
    "/job-search/promote/:job_id",
    {
      preValidation,
      schema: {
        tags,
        summary: "Makes a posting of a job.",
        params: indexJobParams,
        querystring: promoteQuery,
        response: { 200: answers.promoted },
      },
    },
    async (request, reply) => {
      const { tier } = request.query as { tier?: string };
      return sendJson(reply, await promoteJob(context, jobIdOf(request), tier === "" ? undefined : tier));
    },
  );

  for (const [word, hidden, refusal] of [
    ["hide", true, "Job not found or already hidden"],
    ["unhide", false, "Job not found"],
  ] as const) {
    app.post(
      `/job-search/${word}/:job_id`,
      {
        preValidation,
        schema: {
          tags,
          summary: hidden ? "Leaves a job out of lists." : "Shows a job in lists again.",
          params: indexJobParams,
          response: { 200: answers.changed },
        },
      },
      async (request, reply) => {
        const job_id = jobIdOf(request);
        if (await setHidden(context, job_id, hidden)) {
          return sendJson(reply, { success: true, job_id, hidden, error: null });
        }
        return sendJson(reply, { success: false, job_id: null, hidden: null, error: refusal });
      },
    );
  }
}
