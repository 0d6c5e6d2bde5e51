import { collections } from "@switchyard/pipeline-model";
import { isPostingId } from "../posting-id.js";
import { badRequest, PipelineError } from "../errors.js";
import { type DocumentContext, putWrite, takenField, writeDocuments } from "./document-store.js";

/**
 * Keeps a posting, whatever was there: the way in for those who brought postings into the old database by themselves.
 *
 * @param text the posting as JSON text; it is kept word for word
 * @returns its id in lower case
 * @throws PipelineError 400 for an id of another form, 409 when another posting has the same `dedupeKey`
 */
export async function putPosting(context: DocumentContext, id: string, text: string): Promise<string> {
  if (!isPostingId(id)) throw badRequest("Invalid job ID format");
  const key = id.toLowerCase();
  try {
    await writeDocuments(context, [putWrite(collections.level2, key, text)]);
  } catch (error) {
    if (takenField(error) === undefined) throw error;
    throw new PipelineError(409, "Another job has the same dedupeKey");
  }
  return key;
}
