import { OperationFailure } from "../../operation.js";

const tiers = ["auto", "a", "b", "c", "d"];

/** @throws OperationFailure where the word is no processing tier; the call that started the run takes every word */
export function checkProcessingTier(word: string | undefined): void {
  if (word === undefined || tiers.includes(word.toLowerCase())) return;
  throw new OperationFailure(`Invalid processing tier '${word}'. Must be auto, A, B, C or D`, { code: "invalid_tier" });
}
