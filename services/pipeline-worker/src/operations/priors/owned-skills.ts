import type { Priors } from "./priors.js";
import type { SkillWords } from "./skill-words.js";

/** From this confidence on a skill counts as the candidate's although the master CV does not name it. */
const ownedFrom = 0.7;

/** The skills that the candidate has, in lower case. */
export function ownedSkills({ hardSkills, softSkills, keywords }: SkillWords, priors: Priors): ReadonlySet<string> {
  const learned = Object.entries(priors.skill_priors)
    .filter(([, { avoid, relevance }]) => !avoid && relevance.confidence >= ownedFrom)
    .map(([skill]) => skill);
  return new Set([...hardSkills, ...softSkills, ...keywords, ...learned].map((skill) => skill.toLowerCase()));
}
