import { collections } from "@switchyard/pipeline-model";
import type { HandlerResult, OperationContext } from "../operation.js";
import { naiveTime } from "../operations/json/times.js";
import { collectHits } from "./collect-hits.js";
import { type SearchHit, shownJob } from "./index-job.js";
import { searchRequest } from "./search-request.js";
import { upsertIndex } from "./upsert-index.js";

/** Asks the sources, one after the other, puts what they find into the index, and keeps the answer for a while. */
export async function jobSearch(context: OperationContext): Promise<HandlerResult> {
  const { input, documents, settings, line } = context;
  const request = searchRequest(input.parameters ?? {});
  line(`[search_start] ${request.terms.join(", ")} on ${request.sources.join(", ") || "no source"}`);
  const hits: SearchHit[] = [];
  const counts: Record<string, number> = {};
  for (const source of request.sources) {
    const found = await collectHits(context, source, request);
    counts[source] = found.length;
    hits.push(...found);
  }
  const jobs = await upsertIndex(documents, hits);
  if (request.cacheKey !== "") {
    const cached = {
      job_ids: jobs.map((job) => job["job_id"]),
      ...{ results_by_source: counts, results_count: jobs.length, created_at: naiveTime() },
    };
    const expireTime = new Date(Date.now() + settings.searchCacheMs);
    await documents.put(collections.searchCache, request.cacheKey, cached, { expireTime });
  }
  line(`[search_complete] ${jobs.length} postings`);
  return { data: { results_by_source: counts, jobs: jobs.map(shownJob) } };
}
