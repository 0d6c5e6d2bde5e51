import { collections } from "@switchyard/pipeline-model";
import { OperationFailure, type OperationContext } from "../../operation.js";
import type { Posting } from "./posting.js";

const form = /^[0-9a-f]{24}$/i;

/**
 * Reads the posting that the run is about.
 *
 * @throws OperationFailure `Invalid job ID format` (code `invalid_id`), `Job not found` (code `not_found`)
 */
export async function loadPosting(context: OperationContext, options: { level1?: boolean } = {}): Promise<Posting> {
  const id = (context.input.job_id ?? "").toLowerCase();
  if (!form.test(id)) throw new OperationFailure("Invalid job ID format", { code: "invalid_id" });
  const places = options.level1 === true ? [collections.level2, collections.level1] : [collections.level2];
  for (const collection of places) {
    const found = await context.documents.get(collection, id);
    if (found !== undefined) return { id, collection, body: found.body };
  }
  throw new OperationFailure("Job not found", { code: "not_found" });
}
