import type { ModelTier } from "@switchyard/pipeline-model";
import type { LlmFacts } from "./llm.js";

/** What every line about a call says. */
export interface CallIdentity {
  readonly step: string;
  readonly model: string;
  readonly tier: ModelTier;
}

/** The words that the panel shows for tiers. */
const levels: Readonly<Record<ModelTier, string>> = { fast: "low", balanced: "middle", quality: "high" };

function callLine(event: string, { step, model, tier }: CallIdentity, facts: object): string {
  const timestamp = new Date().toISOString();
  return JSON.stringify({
    timestamp,
    event,
    step_name: step,
    backend: "openai_api",
    model,
    tier: levels[tier],
    ...facts,
  });
}

/** The line before a call. Lengths in characters. */
export function startLine(call: CallIdentity, promptLength: number): string {
  return callLine("llm_call_start", call, { prompt_length: promptLength });
}

/** The line of an answer. */
export function completeLine(call: CallIdentity, facts: LlmFacts, resultLength: number): string {
  const { inputTokens, outputTokens, costUsd, durationMs } = facts;
  return callLine("llm_call_complete", call, {
    ...{ status: "success", result_length: resultLength, duration_ms: durationMs, cost_usd: costUsd },
    metadata: { input_tokens: inputTokens, output_tokens: outputTokens },
  });
}

/** The line of a call that brought nothing. */
export function errorLine(call: CallIdentity, error: string, durationMs: number): string {
  return callLine("llm_call_error", call, { status: "error", error, duration_ms: durationMs });
}
