import type { ModelTier, TaskType } from "@switchyard/pipeline-model";
import type { z } from "zod";

/** A question to a language model. */
export interface LlmCall {
  /** Names the call in the log (`step_name`): `pain_points`, `quick_score`, ... */
  readonly step: string;
  readonly tier: ModelTier;
  /** Chooses the model of the tier. Default `analytical`. */
  readonly taskType?: TaskType;
  /** A model by name, instead of the tier's. */
  readonly model?: string;
  readonly system: string;
  readonly user: string;
  /** Default 0.2. */
  readonly temperature?: number;
  /** Most tokens of the answer. Default 4,000. */
  readonly maxTokens?: number;
}

/** What a call cost. */
export interface LlmFacts {
  /** The model that answered, by its own word. */
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly durationMs: number;
}

/** An answer as text. */
export interface LlmText extends LlmFacts {
  readonly text: string;
}

/** An answer that fits a schema. Of a repeated call the facts are sums. */
export interface LlmJson<T> extends LlmFacts {
  readonly value: T;
}

/** A language model behind an OpenAI-compatible `chat/completions`. Every call writes its lines to the run's log and adds to its usage. */
export interface Llm {
  /** @throws LlmFailure */
  completeText(call: LlmCall): Promise<LlmText>;
  /** Asks for JSON; an answer that does not fit is told why, once. @throws LlmFailure */
  completeJson<T>(call: LlmCall & { readonly schema: z.ZodType<T> }): Promise<LlmJson<T>>;
}

/** The model did not answer, or not with what was asked for. */
export class LlmFailure extends Error {
  override readonly name = "LlmFailure";
}
