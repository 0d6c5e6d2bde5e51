import { FieldCondition_Operator } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import type { DocumentList } from "../documents/document-store.js";

/** What a caller asks the search index for. */
export interface IndexQuery {
  readonly q?: string;
  /** Separated by commas. */
  readonly sources?: string;
  /** Separated by commas. */
  readonly regions?: string;
  readonly remoteOnly: boolean;
  readonly promoted?: boolean;
  readonly includeHidden: boolean;
  readonly minScore?: number;
  readonly sortBy?: string;
  readonly sortOrder?: string;
  readonly offset: number;
}

/** Index fields by the names that callers sort by. Other names mean the first one. */
const sortFields: Readonly<Record<string, string>> = {
  discovered_at: "discovered_at",
  posted_date: "posted_date",
  title: "title",
  company: "company",
  quick_score: "score",
  score: "score",
  source: "source",
  region: "region",
};

/** Index fields whose values are counted, in the order in which {@link facetsView} reads them. */
export const facetFields = ["source", "region", "is_remote"] as const;

/** Says the query as a list of documents. Jobs without a value come first in rising order and last in falling. */
export function indexList(query: IndexQuery): DocumentList {
  const { EQUAL, NOT_EQUAL, GREATER_OR_EQUAL, MATCHES } = FieldCondition_Operator;
  const condition = (field: string, operator: FieldCondition_Operator, ...values: unknown[]) => ({
    field,
    operator,
    values: values.map((value) => JSON.stringify(value)),
  });
  const sources = wordsOf(query.sources);
  const regions = wordsOf(query.regions);
  const { q = "", promoted, minScore, sortBy = "", sortOrder = "desc" } = query;
  const where = [
    ...(q.trim() === "" ? [] : [condition("text", MATCHES, q)]),
    ...(sources.length === 0 ? [] : [condition("source", EQUAL, ...sources)]),
    ...(regions.length === 0 ? [] : [condition("region", EQUAL, ...regions)]),
    ...(query.remoteOnly ? [condition("is_remote", EQUAL, true)] : []),
    ...(promoted === undefined ? [] : [condition("promoted", promoted ? EQUAL : NOT_EQUAL, true)]),
    ...(query.includeHidden ? [] : [condition("hidden", NOT_EQUAL, true)]),
    ...(minScore === undefined ? [] : [condition("score", GREATER_OR_EQUAL, minScore)]),
  ];
  const field = (Object.hasOwn(sortFields, sortBy) ? sortFields[sortBy] : undefined) ?? "discovered_at";
  const descending = sortOrder === "desc";
  const orderBy = [{ field, descending, absentFirst: !descending }];
  return { where, orderBy, skip: query.offset, wantTotal: true, facets: [...facetFields] };
}

/** At most so many, which is what the catalog compares a field with. */
function wordsOf(text = ""): readonly string[] {
  const words = text.split(",").map((word) => word.trim());
  return [...new Set(words)].filter((word) => word !== "").slice(0, 1000);
}
