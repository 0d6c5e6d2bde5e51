import { collections } from "@switchyard/pipeline-model";
import { OperationFailure, type OperationContext } from "../../operation.js";
import type { JsonObject } from "../json/values.js";

/**
 * Changes members of the run's posting, keeping what others wrote in between.
 *
 * @throws OperationFailure `Job not found` when it is gone
 */
export async function changePosting(
  context: OperationContext,
  id: string,
  members: (body: JsonObject) => JsonObject,
): Promise<JsonObject> {
  const stored = await context.documents.update(collections.level2, id, (body) =>
    body === undefined ? undefined : { ...body, ...members(body) },
  );
  if (stored === undefined) throw new OperationFailure("Job not found", { code: "not_found" });
  return stored;
}
