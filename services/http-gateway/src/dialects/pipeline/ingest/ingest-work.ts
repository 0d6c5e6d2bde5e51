import type { Work } from "../runs/job-spec.js";
import { booleanOf } from "../schemas/query-flag.js";

/** What is known about a source of postings. */
interface SourceFacts {
  /** The key of its state and history, which is not the word of its path. */
  readonly name: string;
  /** Most postings of one ingestion, and how many without a word. */
  readonly maxResults: { readonly most: number; readonly default: number };
  /** Defaults of its other parameters. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

const common = { skip_scoring: false, incremental: true, score_threshold: 70 };

/** Sources of postings, by the word of their path. */
export const ingestSources = {
  himalaya: {
    name: "himalayas_auto",
    maxResults: { most: 100, default: 100 },
    defaults: { worldwide_only: true, ...common },
  },
  indeed: { name: "indeed_auto", maxResults: { most: 100, default: 50 }, defaults: { country: "USA", ...common } },
  bayt: { name: "bayt", maxResults: { most: 50, default: 25 }, defaults: common },
} as const satisfies Readonly<Record<string, SourceFacts>>;

/** The word of a source. */
export type IngestSource = keyof typeof ingestSources;

/** Parameters of an ingestion that have been checked: those of a query, or of a schedule. */
export type IngestParameters = Readonly<Record<string, unknown>>;

/** Parameters that are either true or false; a query has them as words. */
const flags = new Set(["worldwide_only", "skip_scoring", "incremental"]);

/** The work of getting postings from a source. */
export function ingestWork(source: IngestSource, given: IngestParameters): Work {
  const { name, maxResults, defaults } = ingestSources[source];
  const read = Object.entries(given).map(([key, value]) => [key, flags.has(key) ? booleanOf(value) : value] as const);
  const parameters = { max_results: maxResults.default, ...defaults, ...Object.fromEntries(read) };
  return { kind: `ingest-${source}`, subject: name, input: { parameters } };
}
