import { isJsonObject } from "../../../json/parse-json.js";
import type { Body } from "../documents/document-store.js";

const staleAfterMs = 24 * 60 * 60 * 1000;
/** So many annotations since the index was built make it worth building anew: once it is stale, and at any time. */
const manySince = { stale: 20, always: 100 } as const;

/** What is known about suggestions and what became of them. @param priors undefined when nothing was ever learned */
export function priorsView(priors: Body | undefined, now: Date = new Date()): object {
  const stats = objectOf(priors?.["stats"]);
  const index = objectOf(priors?.["sentence_index"]);
  const number = (name: string) => numberOf(stats[name]);
  const [accepted, edited, deleted] = [number("accepted_unchanged"), number("edited"), number("deleted")];
  const judged = accepted + edited + deleted;
  const builtAt = typeof index["built_at"] === "string" ? Date.parse(index["built_at"]) : Number.NaN;
  return {
    accuracy: judged === 0 ? 0 : Math.round((accepted / judged) * 1000) / 1000,
    total_suggestions: number("total_suggestions_made"),
    accepted_unchanged: accepted,
    edited,
    deleted,
    annotations_indexed: numberOf(index["count"]),
    skills_tracked: Object.keys(objectOf(priors?.["skill_priors"])).length,
    needs_rebuild: needsRebuild(numberOf(index["count"]), builtAt, number("annotations_since_build"), now),
    last_rebuild: stats["last_rebuild"] ?? null,
  };
}

function needsRebuild(indexed: number, builtAt: number, since: number, now: Date): boolean {
  if (indexed === 0 || Number.isNaN(builtAt) || since > manySince.always) return true;
  return now.getTime() - builtAt > staleAfterMs && since > manySince.stale;
}

function objectOf(value: unknown): Body {
  return isJsonObject(value) ? value : {};
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
