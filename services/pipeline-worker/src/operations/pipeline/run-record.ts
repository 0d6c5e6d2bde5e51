import { DocumentConflict } from "../../documents/document-store.js";
import type { OperationContext } from "../../operation.js";
import { naiveTime } from "../json/times.js";
import type { JsonObject } from "../json/values.js";
import type { Posting } from "../posting/posting.js";

/** The id of the run as the wire shows it: the job's without hyphens. */
function wireRunId({ runId }: Pick<OperationContext, "runId">): string {
  return runId.replaceAll("-", "");
}

/** Notes in the posting that this run works on it. */
export async function beginRun(context: OperationContext, { collection, id }: Posting): Promise<void> {
  const now = naiveTime();
  const members = {
    pipeline_run_id: wireRunId(context),
    pipeline_status: "running",
    pipeline_started_at: now,
    pipeline_updated_at: now,
  };
  await context.documents.patch(collection, id, members, { expect: { present: true } });
}

/** Notes what came of the run. Settles with false when another run has taken the posting over: then its members are left alone. */
export async function endRun(
  context: OperationContext,
  { collection, id }: Posting,
  members: JsonObject,
): Promise<boolean> {
  const now = naiveTime();
  const expect = { fields: { pipeline_run_id: wireRunId(context) } };
  try {
    await context.documents.patch(collection, id, { ...members, pipeline_updated_at: now }, { expect });
    return true;
  } catch (error) {
    if (error instanceof DocumentConflict) return false;
    throw error;
  }
}

/** Members of a posting whose run failed. */
export function failedMembers(words: string): JsonObject {
  return { pipeline_status: "pipeline_failed", pipeline_error: words, pipeline_failed_at: naiveTime() };
}

/** Members of a posting whose run was completed, beside the findings. */
export function completedMembers(artifacts: Readonly<Record<string, string>>): JsonObject {
  return {
    status: "ready for applying",
    pipeline_status: "completed",
    pipeline_completed_at: naiveTime(),
    artifact_urls: artifacts,
  };
}
