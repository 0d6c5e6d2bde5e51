import { type JsonObject, textOf } from "../json/values.js";
import type { Lesson } from "./lesson.js";
import { type Belief, dimensions, type SkillPrior } from "./priors.js";

const boost = 0.15;
const mostConfident = 0.99;
const firstConfidence = 0.65;
const decay = 0.9;

/** Learns from an annotation that a person made: the skill is wanted, and what was said about it weighs more than a kept guess. */
export function learnManual(prior: SkillPrior, values: JsonObject): Lesson {
  const learned = dimensions.flatMap((dimension) => {
    const word = textOf(values[dimension === "requirement" ? "requirement_type" : dimension]);
    return word === "" ? [] : [[dimension, taught(prior[dimension], word)] as const];
  });
  return { prior: { ...prior, ...Object.fromEntries(learned), avoid: false }, counts: { manual_created: 1 } };
}

function taught({ value, confidence, n }: Belief, word: string): Belief {
  if (value === null) return { value: word, confidence: firstConfidence, n: n + 1 };
  if (value === word) return { value, confidence: Math.min(mostConfident, confidence + boost), n: n + 1 };
  return { value, confidence: confidence * decay, n: n + 1 };
}
