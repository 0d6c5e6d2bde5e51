import { collections } from "@switchyard/pipeline-model";
import { DocumentConflict, type DocumentStore } from "../documents/document-store.js";
import { newDocumentId } from "../documents/new-document-id.js";
import { naiveTime } from "../operations/json/times.js";
import type { QuickScore } from "../scoring/quick-score.js";
import type { FoundJob } from "../sources/found-job.js";

/** Stores a posting to be worked on. Settles with its id, or with undefined when somebody stored the same one in between. */
export async function storePosting(
  documents: DocumentStore,
  job: FoundJob,
  place: { readonly source: string; readonly dedupeKey: string },
  { score, rationale, tier }: QuickScore,
): Promise<string | undefined> {
  const id = newDocumentId();
  const body = {
    ...{
      company: job.company,
      title: job.title,
      location: job.location,
      jobUrl: job.url,
      description: job.description,
    },
    ...{ dedupeKey: place.dedupeKey, createdAt: naiveTime(), status: "not processed", source: place.source },
    ...{ auto_discovered: true, score, quick_score: score, quick_score_rationale: rationale, tier },
    ...{ salary: job.salary, jobType: job.job_type, postedDate: job.posted_date, sourceId: job.source_id },
  };
  try {
    await documents.put(collections.level2, id, body, { expect: { absent: true } });
    return id;
  } catch (error) {
    if (error instanceof DocumentConflict) return undefined;
    throw error;
  }
}
