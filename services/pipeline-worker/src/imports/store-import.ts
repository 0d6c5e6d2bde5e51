import { collections } from "@switchyard/pipeline-model";
import { DocumentConflict } from "../documents/document-store.js";
import { newDocumentId } from "../documents/new-document-id.js";
import type { HandlerResult, OperationContext } from "../operation.js";
import { candidateProfile } from "../operations/candidate/candidate-profile.js";
import { naiveTime } from "../operations/json/times.js";
import { firstText, numberOf, type JsonObject } from "../operations/json/values.js";
import { type Duplicate, findDuplicate } from "../postings/find-duplicate.js";
import { scorePosting } from "../scoring/score-posting.js";

/** A posting that came from a site's page. */
export interface ImportedPosting {
  /** The site's own id. */
  readonly jobId: string;
  readonly title: string;
  readonly company: string;
  readonly location: string;
  readonly description: string;
  readonly jobUrl: string;
  readonly dedupeKey: string;
  /** `linkedin_import` or `indeed_import`. */
  readonly source: string;
  /** `linkedin_metadata` or `indeed_metadata`, by its name. */
  readonly metadata: JsonObject;
}

/** What the caller of an import that meets a known posting is told; undefined where it is a new one. */
export async function duplicateResult(
  { documents, layer }: OperationContext,
  dedupeKey: string,
): Promise<HandlerResult | undefined> {
  const duplicate = await findDuplicate(documents, dedupeKey);
  if (duplicate === undefined) return undefined;
  layer("duplicate_check", "warning", "This posting is stored already");
  return { data: duplicateData(duplicate) };
}

/** Judges a new posting, if a model is there, and stores it at both levels under one id. */
export async function storeImport(context: OperationContext, posting: ImportedPosting): Promise<HandlerResult> {
  const { documents, layer } = context;
  const { metadata, ...members } = posting;
  layer("scoring", "processing", "Judging how well it fits");
  const judged = await scorePosting(context, posting, await candidateProfile(context));
  const score = "score" in judged ? judged.score : undefined;
  if ("problem" in judged) layer("scoring", "skipped", judged.problem);
  else layer("scoring", "success", `Score: ${judged.score.score} (${judged.score.tier})`);

  const now = naiveTime();
  const body = {
    ...members,
    ...metadata,
    ...{ createdAt: now, batch_added_at: now, status: "under processing", score: score?.score ?? null },
    ...(score === undefined ? {} : { tier: score.tier, score_rationale: score.rationale }),
  };
  const id = newDocumentId();
  const expect = { absent: true };
  try {
    await documents.write(
      [collections.level1, collections.level2].map((collection) => ({ collection, key: id, put: body, expect })),
    );
  } catch (error) {
    // Somebody imported the same posting in between.
    const other = error instanceof DocumentConflict ? await findDuplicate(documents, posting.dedupeKey) : undefined;
    if (other === undefined) throw error;
    return { data: duplicateData(other) };
  }
  layer("save", "success", `${posting.title} at ${posting.company}`);
  const { title, company, location } = posting;
  const judgement = {
    score: score?.score ?? null,
    tier: score?.tier ?? null,
    score_rationale: score?.rationale ?? null,
  };
  return {
    data: { job_id: id, title, company, location: location || null, ...judgement, duplicate: false, error: null },
  };
}

function duplicateData({ level, posting: { key, body } }: Duplicate): JsonObject {
  return {
    job_id: key,
    title: firstText(body, "title"),
    company: firstText(body, "company"),
    location: firstText(body, "location") || null,
    score: numberOf(body["score"]) ?? null,
    tier: firstText(body, "tier") || null,
    score_rationale: firstText(body, "score_rationale") || null,
    duplicate: true,
    error: level === 2 ? "Job already exists in database" : "Job already exists in level-1 database",
  };
}
