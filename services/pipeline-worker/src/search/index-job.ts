import type { Body } from "../documents/document-store.js";
import { numberOf } from "../operations/json/values.js";
import { dedupeKey } from "../postings/dedupe-key.js";
import type { FoundJob } from "../sources/found-job.js";

/** A posting that a search found, with what the search knows besides. */
export interface SearchHit {
  readonly job: FoundJob;
  readonly source: string;
  readonly region: string;
  readonly isRemote: boolean;
}

/** The key under which a hit is one posting of the index. */
export function hitKey({ job, source }: SearchHit): string {
  const { source_id: sourceId, company, title, location } = job;
  return dedupeKey({ source, sourceId, company, title, location });
}

/** The document of a posting that the index has not seen yet. */
export function newIndexJob(id: string, hit: SearchHit, now: string): Body {
  const { job, source, region, isRemote } = hit;
  const { title, company, location, description } = job;
  return {
    ...{ job_id: id, dedupeKey: hitKey(hit), title, company, location, url: job.url, salary: job.salary },
    ...{ job_type: job.job_type, posted_date: job.posted_date, source_id: job.source_id },
    ...{ source, region, is_remote: isRemote, last_seen_at: now, discovered_at: now, search_hits: 1 },
    ...{ promoted_to_level2: false, promoted_at: null, promoted_job_id: null, hidden: false, hidden_at: null },
    ...{ quick_score: null, quick_score_rationale: null, scored_at: null },
    ...{ description, text: [title, company, location, description].filter((part) => part !== "").join("\n") },
  };
}

/** The document of a posting that was found again: what people did with it stays. */
export function seenAgain(body: Body, now: string): Body {
  return { ...body, last_seen_at: now, search_hits: (numberOf(body["search_hits"]) ?? 0) + 1 };
}

/** A document as the answer of a search shows it: without its long texts. */
export function shownJob(body: Body): Body {
  const { description: _description, text: _text, ...shown } = body;
  return shown;
}
