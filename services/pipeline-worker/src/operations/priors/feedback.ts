import { type JsonObject, objectOf, textOf } from "../json/values.js";
import { learnDeletion } from "./learn-deletion.js";
import { learnManual } from "./learn-manual.js";
import { learnSave } from "./learn-save.js";
import type { Lesson } from "./lesson.js";
import { type Priors, raiseStats, type SkillPrior, unknownSkill } from "./priors.js";
import { skillIn } from "./skill-words.js";

/** What a person did with an annotation. */
export interface Feedback {
  readonly action: "save" | "delete" | "manual_create";
  readonly original: JsonObject;
  readonly final: JsonObject;
  readonly section: string;
  readonly text: string;
  readonly values: JsonObject;
}

/** What the feedback is judged by. */
export interface FeedbackFacts {
  readonly tracked: readonly string[];
  readonly owned: ReadonlySet<string>;
}

/** Priors after a feedback. */
export interface Learned {
  readonly priors: Priors;
  /** By how much the confidence about the skill's relevance rose. */
  readonly confidenceChange: number;
}

/** Learns from what a person did; nothing where no known skill is concerned. */
export function learnFeedback(priors: Priors, feedback: Feedback, facts: FeedbackFacts): Learned {
  const skill = skillOf(feedback, facts.tracked);
  if (skill === undefined) return { priors, confidenceChange: 0 };
  const before = Object.hasOwn(priors.skill_priors, skill)
    ? (priors.skill_priors[skill] ?? unknownSkill)
    : unknownSkill;
  const { prior, counts } = lessonOf(before, skill, feedback, facts);
  return {
    priors: {
      ...priors,
      skill_priors: { ...priors.skill_priors, [skill]: prior },
      stats: raiseStats(priors.stats, { ...counts, annotations_since_build: 1 }),
    },
    confidenceChange: Math.round((prior.relevance.confidence - before.relevance.confidence) * 1e6) / 1e6,
  };
}

/** The word that the answer names: the keyword that led to the annotation, or how a text of one's own begins; null for neither. */
export function feedbackName({ action, original, text }: Feedback): string | null {
  if (action === "manual_create") return `manual:${text.slice(0, 30)}...`;
  return textOf(original["matched_keyword"]) || null;
}

/** Reads the parameters of the operation. */
export function readFeedback(parameters: JsonObject): Feedback {
  const { action } = parameters;
  const final = objectOf(parameters["final_values"]);
  const given = objectOf(parameters["target"]);
  const target = textOf(given["text"]) === "" ? objectOf(final["target"]) : given;
  return {
    action: action === "delete" || action === "manual_create" ? action : "save",
    original: objectOf(parameters["original_values"]),
    final,
    section: textOf(given["section"]) || textOf(target["section"]),
    text: textOf(target["text"]),
    values: objectOf(parameters["values"]),
  };
}

function skillOf({ original, text }: Feedback, tracked: readonly string[]): string | undefined {
  const keyword = textOf(original["matched_keyword"]);
  if (original["match_method"] === "keyword_prior" && keyword !== "") return keyword.toLowerCase();
  return skillIn(textOf(original["matched_text"]), tracked) ?? skillIn(text, tracked);
}

function lessonOf(prior: SkillPrior, skill: string, feedback: Feedback, { owned }: FeedbackFacts): Lesson {
  switch (feedback.action) {
    case "save":
      return learnSave(prior, feedback.original, feedback.final);
    case "delete":
      return learnDeletion(prior, feedback.section, owned.has(skill));
    case "manual_create":
      return learnManual(prior, feedback.values);
  }
}
