/** A model tier. */
export type ModelTier = "fast" | "balanced" | "quality";

/** What sort of model an operation needs. */
export type TaskType = "complex" | "analytical" | "simple";

/** Models and prices of a tier. Prices are USD for 1,000 tokens. */
export interface TierFacts {
  readonly models: Readonly<Record<TaskType, string>>;
  readonly inputPrice: number;
  readonly outputPrice: number;
}

/** The tiers with their default models. */
export const tiers: Readonly<Record<ModelTier, TierFacts>> = {
  fast: {
    models: { complex: "gpt-4o-mini", analytical: "gpt-4o-mini", simple: "gpt-4o-mini" },
    inputPrice: 0.00015,
    outputPrice: 0.0006,
  },
  balanced: {
    models: { complex: "gpt-4o", analytical: "gpt-4o-mini", simple: "gpt-4o-mini" },
    inputPrice: 0.00125,
    outputPrice: 0.005,
  },
  quality: {
    models: { complex: "claude-opus-4-5-20251101", analytical: "gpt-4o", simple: "gpt-4o-mini" },
    inputPrice: 0.015,
    outputPrice: 0.075,
  },
};

const words: Readonly<Record<string, ModelTier>> = {
  fast: "fast",
  balanced: "balanced",
  quality: "quality",
  a: "quality",
  b: "balanced",
  c: "fast",
  d: "fast",
  auto: "balanced",
};

/** The tier that a caller's word means, in any letter case; undefined for no word of the list. */
export function modelTierOf(word: string): ModelTier | undefined {
  return Object.hasOwn(words, word.toLowerCase()) ? words[word.toLowerCase()] : undefined;
}

/** Cost in USD of a call or of an estimate. */
export function costOf(tier: ModelTier, inputTokens: number, outputTokens: number): number {
  const { inputPrice, outputPrice } = tiers[tier];
  return (inputTokens / 1000) * inputPrice + (outputTokens / 1000) * outputPrice;
}
