import type { Lesson } from "./lesson.js";
import { type Belief, dimensions, type SkillPrior } from "./priors.js";

/** What is written there says nothing about skills. */
const silent = ["about_company", "benefits", "nice_to_have", "about_role", "company_culture"];
const demanding = ["requirements", "qualifications"];

const softFactor = 0.8;
const fullFactor = 0.3;

/**
 * Learns from an annotation that was deleted. What it means depends on where it stood: something that is required and that the
 * candidate lacks is not suggested again, a skill that he has was noise here.
 */
export function learnDeletion(prior: SkillPrior, section: string, owned: boolean): Lesson {
  const where = section.toLowerCase();
  if (silent.includes(where) || (where === "responsibilities" && owned)) {
    return { prior, counts: { deleted: 1, deleted_no_learning: 1 } };
  }
  if (demanding.includes(where) && !owned) {
    return { prior: { ...weaken(prior, fullFactor), avoid: true }, counts: { deleted: 1, deleted_full: 1 } };
  }
  return { prior: weaken(prior, softFactor), counts: { deleted: 1, deleted_soft: 1 } };
}

function weaken(prior: SkillPrior, factor: number): SkillPrior {
  const weaker = (belief: Belief): Belief => ({ ...belief, confidence: belief.confidence * factor });
  return { ...prior, ...Object.fromEntries(dimensions.map((dimension) => [dimension, weaker(prior[dimension])])) };
}
