import type { SkillPrior } from "./priors.js";

/** What was learned about a skill: its new prior, and what is counted. */
export interface Lesson {
  readonly prior: SkillPrior;
  readonly counts: Readonly<Record<string, number>>;
}
