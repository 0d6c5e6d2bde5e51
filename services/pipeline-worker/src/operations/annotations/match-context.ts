import type { Priors } from "../priors/priors.js";
import type { SkillWords } from "../priors/skill-words.js";

/** Why a text is annotated. */
export interface MatchContext {
  readonly type: "jd_signal" | "hard_skill" | "soft_skill" | "skill_alias" | "prior";
  /** The word that was found. */
  readonly match: string;
  readonly source: "taxonomy" | "master_cv" | "priors";
}

/** A learned skill counts above this confidence. */
const confidentPrior = 0.5;

/**
 * Why a text should be annotated: the first word of the candidate's that it names, in the order of signals, hard skills, soft
 * skills, other words for skills, learned skills. Words of skills to be avoided are passed over. Undefined if there is none.
 */
export function matchContext(
  text: string,
  words: SkillWords,
  { skill_priors: priors }: Priors,
): MatchContext | undefined {
  const lower = text.toLowerCase();
  const wanted = (skill: string) => {
    const key = skill.toLowerCase();
    return !(Object.hasOwn(priors, key) && priors[key]?.avoid === true);
  };
  const named = (word: string, skill = word) => lower.includes(word.toLowerCase()) && wanted(skill);
  const found = <T extends Omit<MatchContext, "match">>(
    kind: T,
    match: string | undefined,
  ): MatchContext | undefined => (match === undefined ? undefined : { ...kind, match });
  const aliases = Object.entries(words.aliases).flatMap(([skill, list]) => list.map((alias) => ({ skill, alias })));
  const learned = Object.entries(priors).filter(([, { relevance }]) => relevance.confidence > confidentPrior);
  return (
    found(
      { type: "jd_signal", source: "taxonomy" },
      words.jdSignals.find((word) => named(word)),
    ) ??
    found(
      { type: "hard_skill", source: "master_cv" },
      words.hardSkills.find((word) => named(word)),
    ) ??
    found(
      { type: "soft_skill", source: "master_cv" },
      words.softSkills.find((word) => named(word)),
    ) ??
    found(
      { type: "skill_alias", source: "taxonomy" },
      aliases.find(({ alias, skill }) => named(alias, skill))?.alias,
    ) ??
    found({ type: "prior", source: "priors" }, learned.find(([skill]) => named(skill))?.[0])
  );
}
