import type { SearchRegion } from "@switchyard/pipeline-model";
import type { SourceName } from "../sources/create-source.js";
import type { SourceQuery } from "../sources/found-job.js";
import type { SearchRequest } from "./search-request.js";

/** One question to a source. */
export interface PlannedQuery {
  /** The region that its answers belong to. */
  readonly region: SearchRegion;
  readonly query: SourceQuery;
}

/**
 * The questions of a search to one source. Indeed is asked for each country of a region, or for remote work; the others know no
 * places, so one question is enough: Himalayas has remote work only, Bayt the jobs of the Gulf.
 */
export function planSource(source: SourceName, request: SearchRequest): PlannedQuery[] {
  const { terms, regions, maxPerSource, remoteOnly } = request;
  const [first] = regions;
  if (first === undefined || terms.length === 0) return [];
  const plain = { terms, maxResults: maxPerSource };
  if (source === "himalayas")
    return [
      { region: regions.find(({ is_remote: remote }) => remote) ?? first, query: { ...plain, remoteOnly: true } },
    ];
  if (source === "bayt") return [{ region: regions.find(({ is_remote: remote }) => !remote) ?? first, query: plain }];
  return regions.flatMap((region): PlannedQuery[] => {
    if (region.is_remote) return [{ region, query: { ...plain, remoteOnly: true } }];
    return region.countries.map(({ name, indeed_code: code }) => ({
      region,
      query: { ...plain, location: name, country: code ?? name, remoteOnly },
    }));
  });
}
