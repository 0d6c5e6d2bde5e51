import { type JsonObject, textOf } from "../json/values.js";
import type { Lesson } from "./lesson.js";
import type { Belief, SkillPrior } from "./priors.js";

const judged = ["relevance", "passion", "identity"] as const;

const boost = 0.05;
const mostConfident = 0.99;
const decay = 0.7;
const leastConfident = 0.2;
/** Below this confidence, or with fewer observations than this, the person's word replaces what was believed. */
const adoptBelow = 0.4;
const adoptUntil = 3;
const adoptedConfidence = 0.5;

/** Learns from an annotation that was kept: what stayed was right, what was changed was wrong. */
export function learnSave(prior: SkillPrior, original: JsonObject, final: JsonObject): Lesson {
  let edited = false;
  const learned: Partial<Record<(typeof judged)[number], Belief>> = {};
  for (const dimension of judged) {
    const before = textOf(original[dimension]);
    const after = textOf(final[dimension]);
    if (before === "" || after === "") continue;
    edited ||= before !== after;
    learned[dimension] = before === after ? confirmed(prior[dimension]) : corrected(prior[dimension], after);
  }
  return { prior: { ...prior, ...learned }, counts: edited ? { edited: 1 } : { accepted_unchanged: 1 } };
}

function confirmed({ value, confidence, n }: Belief): Belief {
  return { value, confidence: Math.min(mostConfident, confidence + boost), n: n + 1 };
}

function corrected({ value, confidence, n }: Belief, word: string): Belief {
  const shaken = Math.max(leastConfident, confidence * decay);
  const adopts = shaken < adoptBelow || n + 1 < adoptUntil;
  return adopts ? { value: word, confidence: adoptedConfidence, n: n + 1 } : { value, confidence: shaken, n: n + 1 };
}
