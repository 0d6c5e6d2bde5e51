/** An index field of a collection, as the catalog declares it. */
export interface DeclaredField {
  readonly name: string;
  /** Dotted place in the body; the name itself where absent. */
  readonly path?: string;
  readonly type: "text" | "number" | "boolean" | "time" | "text-list" | "search";
  readonly unique?: boolean;
}

/** A collection of the catalog. */
export interface DeclaredCollection {
  readonly name: string;
  readonly fields: readonly DeclaredField[];
}

const posting: readonly DeclaredField[] = [
  { name: "dedupe_key", path: "dedupeKey", type: "text", unique: true },
  { name: "source", type: "text" },
  { name: "status", type: "text" },
  { name: "created_at", path: "createdAt", type: "text" },
];

/** Every collection of the namespace. Both sides declare them at their start. */
export const collections = {
  /** Postings as they came in, by 24 hexadecimal digits. */
  level1: { name: "level-1", fields: posting },
  /** Postings that are worked on, in the same form. */
  level2: { name: "level-2", fields: posting },
  /** One record a finished operation, by run id. */
  operationRuns: {
    name: "operation_runs",
    fields: [
      { name: "job_id", type: "text" },
      { name: "operation", type: "text" },
    ],
  },
  /** The state of ingestion and its last 50 runs, by source name. */
  ingestState: { name: "ingest_state", fields: [] },
  /** Found postings, by 24 hexadecimal digits; the body has the contract's members and `text` for the search. */
  searchIndex: {
    name: "search_index",
    fields: [
      { name: "dedupe_key", path: "dedupeKey", type: "text", unique: true },
      { name: "source", type: "text" },
      { name: "region", type: "text" },
      { name: "is_remote", type: "boolean" },
      { name: "promoted", path: "promoted_to_level2", type: "boolean" },
      { name: "hidden", type: "boolean" },
      { name: "score", path: "quick_score", type: "number" },
      { name: "discovered_at", type: "text" },
      { name: "posted_date", type: "text" },
      { name: "title", type: "text" },
      { name: "company", type: "text" },
      { name: "text", type: "search" },
    ],
  },
  /** Answers of searches, by cache key; they expire. */
  searchCache: { name: "search_cache", fields: [] },
  /** Company research, by company name in lower case; expires. */
  companyCache: { name: "company_cache", fields: [] },
  /** Fields of application forms, by digest of the URL; expires. */
  formCache: { name: "form_cache", fields: [] },
  /** `canonical` alone. */
  masterCvMetadata: { name: "master_cv_metadata", fields: [] },
  /** `canonical` alone. */
  masterCvTaxonomy: { name: "master_cv_taxonomy", fields: [] },
  /** By role id. */
  masterCvRoles: { name: "master_cv_roles", fields: [] },
  /** Superseded versions, by `<collection>:<doc id>:<version>`. */
  masterCvHistory: {
    name: "master_cv_history",
    fields: [
      { name: "collection", type: "text" },
      { name: "doc_id", type: "text" },
      { name: "version", type: "number" },
    ],
  },
  /** Achievements that answers and CVs quote, by id. */
  starRecords: { name: "star_records", fields: [] },
  /** `user_annotation_priors` alone. */
  priors: { name: "annotation_priors", fields: [] },
  /** What the dialect itself remembers: `queue_view`, the editor's state. */
  state: { name: "dialect_state", fields: [] },
} as const satisfies Readonly<Record<string, DeclaredCollection>>;

/** Key of the one document of a collection that has one. */
export const soleKeys = { masterCv: "canonical", priors: "user_annotation_priors", queueView: "queue_view" } as const;
