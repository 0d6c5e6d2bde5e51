import { answer, anyObject, body, flag, listOf, nullable, text } from "./common.js";
import { queryFlag } from "./query-flag.js";
import { anyObjectOrNull, nullableText, pathOf, successWith, whole } from "./shapes.js";

const counts = { type: "object", additionalProperties: whole };

/** Body of a search. */
export const searchBody = body(
  {
    job_titles: { type: "array", minItems: 1, maxItems: 10, items: text, description: "Ids of presets, or words." },
    regions: { ...listOf(text), default: ["gulf", "worldwide_remote"] },
    sources: { ...listOf(text), default: ["indeed", "bayt", "himalayas"] },
    remote_only: { type: "boolean", default: false },
    use_cache: { type: "boolean", default: true },
    max_results_per_source: { ...nullable("integer"), minimum: 1, maximum: 50 },
  },
  ["job_titles"],
);

/** Query of the index. */
export const indexQuery = body({
  q: text,
  sources: { type: "string", description: "Separated by commas." },
  regions: { type: "string", description: "Separated by commas." },
  remote_only: queryFlag,
  promoted: queryFlag,
  include_hidden: queryFlag,
  min_score: { type: "integer", minimum: 0, maximum: 100 },
  sort_by: { type: "string", default: "discovered_at" },
  sort_order: { type: "string", default: "desc" },
  offset: { type: "integer", minimum: 0, maximum: 2_147_483_647, default: 0 },
  limit: { type: "integer", minimum: 1, maximum: 100, default: 50 },
});

/** Path of a job of the index. */
export const indexJobParams = pathOf("job_id");

/** Query of a promotion. */
export const promoteQuery = body({ tier: { type: "string", description: "Instead of the one of the score." } });

const found = {
  success: flag,
  cache_hit: flag,
  cache_key: text,
  search_duration_ms: whole,
  total_results: whole,
  results_by_source: counts,
  jobs: listOf(anyObject),
  error: nullableText,
};

/** Answers of the search, by what they are about. */
export const answers = {
  found: answer({ ...found, run_id: nullableText, status: text }),
  result: answer({
    run_id: text,
    status: text,
    result: { ...answer(found), type: ["object", "null"] },
    error: nullableText,
  }),
  index: successWith({
    jobs: listOf(anyObject),
    total: whole,
    facets: answer({
      by_source: counts,
      by_region: counts,
      by_remote: answer({ remote: whole, onsite: whole }),
    }),
    pagination: answer({ offset: whole, limit: whole, has_more: flag }),
  }),
  presets: answer({ job_titles: listOf(anyObject), regions: listOf(anyObject), sources: listOf(anyObject) }),
  job: successWith({ job: anyObjectOrNull, error: nullableText }),
  promoted: successWith({
    index_job_id: nullableText,
    level2_job_id: nullableText,
    tier: nullableText,
    error: nullableText,
  }),
  changed: successWith({ job_id: nullableText, hidden: nullable("boolean"), error: nullableText }),
  stats: successWith({
    cache: answer({ total_entries: whole, active_entries: whole, expired_entries: whole }),
    index: answer({ total_jobs: whole, promoted: whole, hidden: whole, scored: whole, active: whole }),
  }),
} as const;
