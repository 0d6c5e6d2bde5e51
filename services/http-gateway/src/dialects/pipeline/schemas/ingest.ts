import { type IngestSource, ingestSources } from "../ingest/ingest-work.js";
import { answer, body, listOf, nullable, text } from "./common.js";
import { queryFlag } from "./query-flag.js";
import { anyObjectOrNull, nullableText, pathOf, successWith, whole } from "./shapes.js";

const common = {
  skip_scoring: { ...queryFlag, description: "Every posting counts 75. Default false." },
  incremental: { ...queryFlag, description: "Only postings that are newer than the last ingestion. Default true." },
  score_threshold: { type: "integer", minimum: 0, maximum: 100, description: "Default 70." },
};

const maxResults = (source: IngestSource) => {
  const { most, default: usual } = ingestSources[source].maxResults;
  return { max_results: { type: "integer", minimum: 1, maximum: most, description: `Default ${usual}.` } };
};

const term = { search_term: text };

/** Queries of the three ingestions. */
export const ingestQueries: Readonly<Record<IngestSource, object>> = {
  himalaya: body({
    keywords: { ...listOf(text), description: "Repeated. Default: the operator's list." },
    ...maxResults("himalaya"),
    worldwide_only: { ...queryFlag, description: "Default true." },
    ...common,
  }),
  indeed: body(
    {
      ...term,
      location: text,
      country: { type: "string", description: "Default USA." },
      ...maxResults("indeed"),
      hours_old: { type: "integer", description: "Only postings that are younger." },
      ...common,
    },
    ["search_term"],
  ),
  bayt: body({ ...term, ...maxResults("bayt"), ...common }, ["search_term"]),
};

const stats = { type: "object", additionalProperties: { type: "number" } };

/** An ingestion that has begun. */
export const ingestStarted = answer({ run_id: text, status: text, source: text });

/** What an ingestion did, once it has ended. */
export const ingestResult = answer({ run_id: text, status: text, result: anyObjectOrNull, error: nullableText });

/** How far a source has come. */
export const ingestState = body({
  source: text,
  last_fetch_at: nullableText,
  updated_at: nullableText,
  last_run_stats: { ...nullable("object"), additionalProperties: { type: "number" } },
  message: text,
});

/** The state of a source is forgotten. */
export const ingestReset = successWith({ message: text });

/** The last runs of a source. */
export const ingestHistory = body({
  source: text,
  runs: listOf(answer({ timestamp: nullableText, stats })),
  total_runs: whole,
  message: text,
});

/** Path of a source's state. */
export const sourceParams = pathOf("source");

/** Query of a source's history. */
export const historyQuery = body({ limit: { type: "integer", minimum: 1, maximum: 50, default: 20 } });
