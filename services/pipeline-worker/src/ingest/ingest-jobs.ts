import type { OperationContext } from "../operation.js";
import { candidateProfile } from "../operations/candidate/candidate-profile.js";
import { dedupeKey } from "../postings/dedupe-key.js";
import { type QuickScore, tierOfScore } from "../scoring/quick-score.js";
import { scorePosting } from "../scoring/score-posting.js";
import type { FoundJob } from "../sources/found-job.js";
import type { IngestRequest } from "./ingest-request.js";
import { knownKeys } from "./known-keys.js";
import { storePosting } from "./store-posting.js";

/** A posting that was stored, as the result shows it. */
export interface IngestedJob {
  readonly job_id: string;
  readonly title: string;
  readonly company: string;
  readonly score: number;
  readonly tier: string;
}

/** What became of the postings. */
export interface Ingested {
  readonly jobs: readonly IngestedJob[];
  readonly duplicates: number;
  readonly belowThreshold: number;
  readonly errors: number;
}

/** What a posting gets that nobody judged. */
const unjudged: QuickScore = { score: 75, rationale: "Scoring skipped (test mode)", tier: tierOfScore(75) };

/** Stores the postings that are new and good enough, one after the other. */
export async function ingestJobs(
  context: OperationContext,
  { sourceName: source, skipScoring, scoreThreshold }: IngestRequest,
  found: readonly FoundJob[],
): Promise<Ingested> {
  const { documents, line } = context;
  const keyed = found.map((job) => ({ job, key: keyOf(source, job) }));
  const known = await knownKeys(documents, [...new Set(keyed.map(({ key }) => key))]);
  const profile = skipScoring ? "" : await candidateProfile(context);
  const jobs: IngestedJob[] = [];
  let [duplicates, belowThreshold, errors] = [0, 0, 0];
  line(`[ingest_scoring] ${found.length} postings, threshold ${scoreThreshold}`);
  for (const [index, { job, key }] of keyed.entries()) {
    const name = `(${index + 1}/${keyed.length}) ${job.company} | ${job.title}`;
    if (known.has(key)) {
      duplicates++;
      line(`[dedupe_skip] ${name}`);
      continue;
    }
    known.add(key);
    line(skipScoring ? `[score_skip] ${name}` : `[score_start] ${name}`);
    const judged = skipScoring ? { score: unjudged } : await scorePosting(context, job, profile);
    if ("problem" in judged) {
      errors++;
      line(`[score_error] ${name} | ${judged.problem}`);
      continue;
    }
    const { score, tier } = judged.score;
    if (score < scoreThreshold) {
      belowThreshold++;
      line(`[score_reject] ${name} | Score: ${score} (${tier})`);
      continue;
    }
    const id = await storePosting(documents, job, { source, dedupeKey: key }, judged.score);
    if (id === undefined) duplicates++;
    else jobs.push({ job_id: id, title: job.title, company: job.company, score, tier });
    line(`[${id === undefined ? "dedupe_skip" : "score_accept"}] ${name} | Score: ${score} (${tier})`);
  }
  return { jobs, duplicates, belowThreshold, errors };
}

function keyOf(source: string, { source_id: sourceId, company, title, location }: FoundJob): string {
  return dedupeKey({ source, sourceId, company, title, location });
}
