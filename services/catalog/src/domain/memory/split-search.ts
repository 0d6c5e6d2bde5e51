import type { Condition } from "../../model/list-query.js";

/** Words that are looked at one by one; all searches of one list together stay within the sets that are kept. */
const mostWords = 8;

/**
 * Splits a search for several plain words into one search for each, all of which must hold. Few words are in many documents, but many
 * combinations of them are asked for; each word's documents are known after it was asked for once.
 *
 * Only words of ASCII letters and digits are certain to be words to the database too. Phrases, exclusions and alternatives stay as they are.
 */
export function splitSearch(condition: Condition): readonly Condition[] {
  if (condition.operator !== "matches") return [condition];
  const words = String(condition.operands[0]).trim().toLowerCase().split(/\s+/);
  if (words.length > mostWords || !words.every((word) => /^[a-z0-9]+$/.test(word) && word !== "or")) return [condition];
  return [...new Set(words)].map((word) => ({ ...condition, operands: [word] }));
}
