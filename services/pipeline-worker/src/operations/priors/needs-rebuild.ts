import { numberOf } from "../json/values.js";
import type { Priors } from "./priors.js";

const staleAfterMs = 24 * 60 * 60 * 1000;
const newWhenStale = 20;
const newAtAnyTime = 100;

/**
 * Whether the sentences should be indexed anew: there is no index, it is of another model, it is more than 24 hours old and more
 * than 20 annotations came since, or more than 100 came.
 */
export function needsRebuild({ sentence_index: index, stats }: Priors, model: string, now: Date): boolean {
  const builtAt = Date.parse(index.built_at ?? "");
  if (index.count === 0 || index.model !== model || Number.isNaN(builtAt)) return true;
  const since = numberOf(stats["annotations_since_build"]) ?? 0;
  return since > newAtAnyTime || (now.getTime() - builtAt > staleAfterMs && since > newWhenStale);
}
