import type { ListDocumentsResponse } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import type { Body, StoredDocument } from "../documents/document-store.js";
import { facetFields } from "./index-query.js";

/** Members of a job of the index, beside its id and its description; those that it lacks are shown as null. */
const members = [
  "dedupeKey",
  "title",
  "company",
  "location",
  "url",
  "salary",
  "job_type",
  "posted_date",
  "source_id",
  "source",
  "region",
  "is_remote",
  "last_seen_at",
  "discovered_at",
  "search_hits",
  "promoted_to_level2",
  "promoted_at",
  "promoted_job_id",
  "hidden",
  "hidden_at",
  "quick_score",
  "quick_score_rationale",
  "scored_at",
] as const;

/** What a job that has never been looked at has. */
const defaults: Body = { is_remote: false, search_hits: 0, promoted_to_level2: false, hidden: false };

/** A job of the index, in lists. */
export function indexJobView({ key, body }: Pick<StoredDocument, "key" | "body">): Body {
  const shown = members.map((name) => [name, body[name] ?? defaults[name] ?? null] as const);
  return { job_id: key, ...Object.fromEntries(shown) };
}

/** The same with its description. */
export function indexJobDetail(document: Pick<StoredDocument, "key" | "body">): Body {
  return { ...indexJobView(document), description: document.body["description"] ?? null };
}

/** Counts by value over all jobs that a query finds. */
export function facetsView(facets: ListDocumentsResponse["facets"]): object {
  const [source, region, isRemote] = facetFields.map((field) => {
    const { values = [] } = facets.find((facet) => facet.field === field) ?? {};
    return new Map(values.map(({ value, count }) => [JSON.parse(value) as unknown, Number(count)]));
  });
  return {
    by_source: Object.fromEntries(source ?? []),
    by_region: Object.fromEntries(region ?? []),
    by_remote: { remote: isRemote?.get(true) ?? 0, onsite: isRemote?.get(false) ?? 0 },
  };
}

/** The tier of a job by its score, where nobody says another. */
export function tierOf(score: unknown): string {
  if (typeof score !== "number") return "Unscored";
  if (score >= 85) return "Tier A";
  if (score >= 70) return "Tier B+";
  return score >= 55 ? "Tier B" : "Tier C";
}
