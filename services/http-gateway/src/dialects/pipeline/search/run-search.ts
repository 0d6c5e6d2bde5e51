import { isJsonObject } from "../../../json/parse-json.js";
import type { Body } from "../documents/document-store.js";
import type { Work } from "../runs/job-spec.js";
import type { FinishedRun } from "../runs/run-now.js";
import type { CachedSearch } from "./search-cache.js";
import type { SearchRequest } from "./search-request.js";

/** The operation of a search. */
export const searchOperation = "job-search";

/** The work of asking the sources. */
export function searchWork(request: SearchRequest, cacheKey: string): Work {
  return { kind: searchOperation, input: { parameters: { ...request, cache_key: cacheKey } } };
}

/** What is said about a search, whoever found it. */
interface Found {
  readonly cache_hit: boolean;
  readonly cache_key: string;
  readonly search_duration_ms: number;
  readonly results_by_source: unknown;
  readonly jobs: readonly unknown[];
  readonly error: string | null;
}

function searchView({ jobs, error, results_by_source, ...facts }: Found): Body {
  return { success: error === null, ...facts, total_results: jobs.length, results_by_source, jobs, error };
}

/** The answer from what an earlier search found. There was no run. */
export function cachedSearchView(cached: CachedSearch, cacheKey: string, durationMs: number): Body {
  const facts = { cache_hit: true, cache_key: cacheKey, search_duration_ms: durationMs, error: null };
  return { ...searchView({ ...facts, ...cached }), run_id: null, status: "completed" };
}

/** What a finished search found. */
export function foundView({ result, failure }: Pick<FinishedRun, "result" | "failure">, cacheKey: string): Body {
  const data = result?.data ?? {};
  return searchView({
    cache_hit: false,
    cache_key: cacheKey,
    search_duration_ms: result?.duration_ms ?? 0,
    results_by_source: isJsonObject(data["results_by_source"]) ? data["results_by_source"] : {},
    jobs: Array.isArray(data["jobs"]) ? data["jobs"] : [],
    error: failure?.message ?? result?.error ?? null,
  });
}
