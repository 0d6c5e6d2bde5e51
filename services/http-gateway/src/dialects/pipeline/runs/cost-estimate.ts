import { costOf, type ModelTier, operations, tiers } from "@switchyard/pipeline-model";
import { badRequest } from "../errors.js";

/** Tokens that an operation is expected to read and to write. */
const expectedTokens: Readonly<Record<string, readonly [input: number, output: number]>> = {
  "structure-jd": [2000, 1500],
  "research-company": [3000, 2000],
  "generate-cv": [5000, 3000],
};

/** What one operation is expected to cost. */
export interface CostEstimate {
  readonly operation: string;
  readonly cost_usd: number;
  readonly model: string;
  readonly tier: string;
}

/**
 * Estimates what operations cost in USD, to four decimals.
 *
 * @param tierWord the tier as the caller wrote it, which the answer repeats
 * @throws PipelineError 400 for operations that have no estimate
 */
export function estimateCosts(
  names: readonly string[],
  tier: ModelTier,
  tierWord: string,
): { readonly estimates: readonly CostEstimate[]; readonly total_cost_usd: number } {
  const unknown = names.filter((name) => !Object.hasOwn(expectedTokens, name));
  if (unknown.length > 0) {
    throw badRequest(`Invalid operations: ${unknown.join(", ")}. Valid: ${Object.keys(expectedTokens).join(", ")}`);
  }
  const estimates = names.map((operation) => {
    const [input, output] = expectedTokens[operation] as readonly [number, number];
    const model = tiers[tier].models[operations[operation]?.taskType ?? "analytical"];
    return { operation, cost_usd: fourDecimals(costOf(tier, input, output)), model, tier: tierWord };
  });
  const total = estimates.reduce((sum, { cost_usd }) => sum + cost_usd, 0);
  return { estimates, total_cost_usd: fourDecimals(total) };
}

function fourDecimals(amount: number): number {
  // Halves of binary fractions lie a hair below.
  return Math.round((amount + Number.EPSILON) * 10_000) / 10_000;
}
