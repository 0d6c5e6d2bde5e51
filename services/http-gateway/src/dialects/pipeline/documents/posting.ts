import { randomBytes } from "node:crypto";
import { collections } from "@switchyard/pipeline-model";
import { isPostingId } from "../posting-id.js";
import { badRequest, postingNotFound } from "../errors.js";
import { type DocumentContext, readDocument, type StoredDocument } from "./document-store.js";

/** A new id of a posting: seconds since 1970 first, as the old ones had it, so that ids sort by age. */
export function newPostingId(now: number = Date.now()): string {
  const seconds = Math.floor(now / 1000).toString(16);
  return `${seconds.padStart(8, "0")}${randomBytes(8).toString("hex")}`;
}

/** Finds the posting that is worked on; undefined when there is none. @param id of the right form, in any letter case */
export function findPosting(context: DocumentContext, id: string): Promise<StoredDocument | undefined> {
  return readDocument(context, collections.level2, id.toLowerCase());
}

/**
 * Reads the posting that a path names.
 *
 * @throws PipelineError 400 for another form, 404 when there is none
 */
export async function requirePosting(context: DocumentContext, id: string): Promise<StoredDocument> {
  if (!isPostingId(id)) throw badRequest("Invalid job ID format");
  const posting = await findPosting(context, id);
  if (posting === undefined) throw postingNotFound();
  return posting;
}
