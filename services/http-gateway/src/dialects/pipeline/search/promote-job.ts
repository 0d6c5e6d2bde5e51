import { collections } from "@switchyard/pipeline-model";
import { FieldCondition_Operator } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import {
  type Body,
  type DocumentContext,
  expectationOf,
  listDocuments,
  patchWrite,
  putWrite,
  type StoredDocument,
  takenField,
  untilAlone,
  writeDocuments,
} from "../documents/document-store.js";
import { naiveNow } from "../time-text.js";
import { newPostingId } from "../documents/posting.js";
import { tierOf } from "./index-job.js";
import { findIndexJob } from "./search-index.js";

/** What became of a promotion; every one is answered with 200. */
export interface Promotion {
  readonly success: boolean;
  readonly index_job_id: string | null;
  readonly level2_job_id: string | null;
  readonly tier: string | null;
  readonly error: string | null;
}

const refused = (error: string, postingId: unknown = null): Promotion => ({
  success: false,
  index_job_id: null,
  level2_job_id: typeof postingId === "string" ? postingId : null,
  tier: null,
  error,
});

/**
 * Makes a posting of a job of the index. Both documents change in one step and only if nobody else did it: of callers at the
 * same time one makes the posting, and all others are told which it is.
 *
 * @param tier instead of the one that the score means
 */
export function promoteJob(context: DocumentContext, id: string, tier: string | undefined): Promise<Promotion> {
  return untilAlone(async () => {
    const job = await findIndexJob(context, id);
    if (job === undefined) return refused("Job not found");
    if (job.body["promoted_to_level2"] === true) return refused("Job already promoted", job.body["promoted_job_id"]);
    const postingId = newPostingId();
    const now = naiveNow();
    const posting = postingOf(job, tier, now);
    const promoted = { promoted_to_level2: true, promoted_at: now, promoted_job_id: postingId };
    try {
      await writeDocuments(context, [
        patchWrite(collections.searchIndex, job.key, promoted, expectationOf(job)),
        putWrite(collections.level2, postingId, posting, { absent: true }),
      ]);
    } catch (error) {
      if (takenField(error) === undefined) throw error;
      // It came in on another way, by an import say.
      return refused("Job already exists in database", await postingWithKey(context, posting["dedupeKey"]));
    }
    return {
      success: true,
      index_job_id: job.key,
      level2_job_id: postingId,
      tier: String(posting["tier"]),
      error: null,
    };
  });
}

function postingOf({ key, body }: StoredDocument, tier: string | undefined, now: string): Body {
  return {
    company: body["company"],
    title: body["title"],
    location: body["location"],
    jobUrl: body["url"],
    description: body["description"],
    dedupeKey: body["dedupeKey"],
    createdAt: now,
    status: "not processed",
    source: `${String(body["source"])}_promoted`,
    auto_discovered: false,
    quick_score: body["quick_score"] ?? null,
    quick_score_rationale: body["quick_score_rationale"] ?? null,
    tier: tier ?? tierOf(body["quick_score"]),
    salary: body["salary"] ?? null,
    jobType: body["job_type"] ?? null,
    postedDate: body["posted_date"] ?? null,
    sourceId: body["source_id"] ?? null,
    promoted_from_index: true,
    index_job_id: key,
  };
}

async function postingWithKey(context: DocumentContext, dedupeKey: unknown): Promise<string | undefined> {
  const operator = FieldCondition_Operator.EQUAL;
  const where = [{ field: "dedupe_key", operator, values: [JSON.stringify(dedupeKey)] }];
  const { documents } = await listDocuments(context, collections.level2, { where, omitBodies: true }, 1);
  return documents[0]?.key;
}
