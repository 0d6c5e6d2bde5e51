import type { OperationContext } from "../operation.js";
import { createSource, type SourceName, whyOff } from "../sources/create-source.js";
import { hitKey, type SearchHit } from "./index-job.js";
import type { SearchRequest } from "./search-request.js";
import { type PlannedQuery, planSource } from "./source-plan.js";

/** Asks one source all that the search wants to know of it. A question that fails brings nothing. */
export async function collectHits(
  context: OperationContext,
  name: SourceName,
  request: SearchRequest,
): Promise<SearchHit[]> {
  const { line, pages, settings } = context;
  const off = whyOff(name, settings.sources);
  if (off !== undefined) {
    line(`[api_error] ${off}`);
    return [];
  }
  const source = createSource(name, pages, settings.sources);
  const hits = new Map<string, SearchHit>();
  for (const planned of planSource(name, request)) {
    for (const hit of await ask(context, name, source, planned)) {
      if (hits.size < request.maxPerSource && (!request.remoteOnly || hit.isRemote)) hits.set(hitKey(hit), hit);
    }
    if (hits.size >= request.maxPerSource) break;
  }
  return [...hits.values()];
}

async function ask(
  { line, signal }: OperationContext,
  name: SourceName,
  source: ReturnType<typeof createSource>,
  { region, query }: PlannedQuery,
): Promise<SearchHit[]> {
  line(`[api_call] ${name}: ${query.terms.join(", ")} in ${query.location ?? region.label}`);
  try {
    const jobs = await source.find(query);
    line(`[api_result] ${name}: ${jobs.length} postings`);
    return jobs.map((job) => ({
      ...{ job, source: name, region: region.id },
      isRemote: name === "himalayas" || (name === "indeed" && region.is_remote) || /\bremote\b/i.test(job.location),
    }));
  } catch (error) {
    signal.throwIfAborted();
    line(`[api_error] ${name}: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}
