import { type SearchRegion, searchRegions, searchSources, searchTermOf } from "@switchyard/pipeline-model";
import { numberOf, textOf, textsOf, type JsonObject } from "../operations/json/values.js";
import type { SourceName } from "../sources/create-source.js";

/** What a search shall find. */
export interface SearchRequest {
  /** Words to look for; presets are resolved. */
  readonly terms: readonly string[];
  readonly regions: readonly SearchRegion[];
  readonly sources: readonly SourceName[];
  readonly remoteOnly: boolean;
  readonly maxPerSource: number;
  readonly cacheKey: string;
}

const defaultPerSource = 25;

/** Reads the parameters of a job. Names that are no region or source are passed over. */
export function searchRequest(parameters: JsonObject): SearchRequest {
  const regions = textsOf(parameters["regions"]);
  const sources = textsOf(parameters["sources"]);
  return {
    terms: [...new Set(textsOf(parameters["job_titles"]).map(searchTermOf))],
    regions: searchRegions.filter(({ id }) => regions.includes(id)),
    sources: searchSources.map(({ id }) => id as SourceName).filter((id) => sources.includes(id)),
    remoteOnly: parameters["remote_only"] === true,
    maxPerSource: numberOf(parameters["max_results_per_source"]) ?? defaultPerSource,
    cacheKey: textOf(parameters["cache_key"]),
  };
}
