import { LlmFailure } from "../llm/llm.js";
import type { OperationContext } from "../operation.js";
import type { FoundJob } from "../sources/found-job.js";
import { type QuickScore, quickScoreCall, readQuickScore } from "./quick-score.js";

/** How a posting was judged, or why it was not. */
export type Judgement = { readonly score: QuickScore } | { readonly problem: string };

/** Asks the model for a quick judgement. Never rejects but when the run is stopped. */
export async function scorePosting(
  context: Pick<OperationContext, "llm" | "signal">,
  job: Pick<FoundJob, "title" | "company" | "location" | "description">,
  profile: string,
): Promise<Judgement> {
  if (context.llm === undefined) return { problem: "no LLM is configured: set LLM_BASE_URL" };
  try {
    const { text } = await context.llm.completeText(quickScoreCall(job, profile));
    const score = readQuickScore(text);
    return score === undefined ? { problem: "the model's answer holds no score" } : { score };
  } catch (error) {
    if (error instanceof LlmFailure) return { problem: error.message };
    throw error;
  }
}
