import type { PipelineConfig } from "../config.js";
import { askProvider } from "./ask-provider.js";

/** Whether the LLM that the worker calls can be reached. */
export interface LlmStatus {
  readonly available: boolean;
  readonly model: string | null;
  readonly error: string | null;
}

/** Asks the LLM's endpoint whether it answers. Never throws. */
export async function readLlmStatus({ llm, llmModel }: Pick<PipelineConfig, "llm" | "llmModel">): Promise<LlmStatus> {
  if (llm === undefined) return { available: false, model: null, error: "No LLM is configured: set LLM_BASE_URL" };
  const answer = await askProvider(llm, "/models");
  if ("error" in answer) return { available: false, model: null, error: answer.error };
  return { available: true, model: llmModel, error: null };
}
