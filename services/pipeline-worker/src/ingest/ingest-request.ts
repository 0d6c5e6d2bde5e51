import { numberOf, textOf, textsOf, type JsonObject } from "../operations/json/values.js";
import type { SourceName } from "../sources/create-source.js";
import type { SourceQuery } from "../sources/found-job.js";

/** What an ingestion shall do. */
export interface IngestRequest {
  readonly source: SourceName;
  /** The name under which state, history and postings know it. */
  readonly sourceName: string;
  readonly query: SourceQuery;
  /** Only postings that are newer than the last fetch. */
  readonly incremental: boolean;
  /** Store without judging. */
  readonly skipScoring: boolean;
  /** From 0 to 100: what is judged lower is dropped. */
  readonly scoreThreshold: number;
}

/** Names by source. */
const ingestNames: Readonly<Record<SourceName, string>> = {
  himalayas: "himalayas_auto",
  indeed: "indeed_auto",
  bayt: "bayt",
};

const defaultResults: Readonly<Record<SourceName, number>> = { himalayas: 100, indeed: 50, bayt: 25 };

/** Reads the parameters of a job; what is left out is as the contract's defaults say. */
export function ingestRequest(
  source: SourceName,
  parameters: JsonObject,
  defaultKeywords: readonly string[],
): IngestRequest {
  const keywords = textsOf(parameters["keywords"]);
  const search = textOf(parameters["search_term"]);
  const terms = source === "himalayas" ? (keywords.length > 0 ? keywords : defaultKeywords) : [search];
  return {
    ...{ source, sourceName: ingestNames[source] },
    query: {
      terms,
      maxResults: numberOf(parameters["max_results"]) ?? defaultResults[source],
      location: textOf(parameters["location"]) || undefined,
      country: textOf(parameters["country"]) || undefined,
      hoursOld: numberOf(parameters["hours_old"]),
      remoteOnly: source === "himalayas" && parameters["worldwide_only"] !== false,
    },
    incremental: parameters["incremental"] !== false,
    skipScoring: parameters["skip_scoring"] === true,
    scoreThreshold: numberOf(parameters["score_threshold"]) ?? 70,
  };
}
