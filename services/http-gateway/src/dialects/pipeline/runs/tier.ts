import { type ModelTier, modelTierOf } from "@switchyard/pipeline-model";
import { badRequest } from "../errors.js";

/**
 * The model tier that a caller's word means.
 *
 * @throws PipelineError 400 for a word of neither vocabulary
 */
export function tierOf(word: string): ModelTier {
  const tier = modelTierOf(word);
  if (tier === undefined) throw badRequest(invalidTier(word));
  return tier;
}

/** What is said about a word of neither vocabulary. */
export function invalidTier(word: string): string {
  return `Invalid tier '${word}'. Must be 'fast'/'balanced'/'quality' or 'A'/'B'/'C'/'auto'`;
}
