import { type JsonObject, textsOf } from "../json/values.js";
import type { SkillWords } from "../priors/skill-words.js";
import type { AnnotationValues } from "./annotation-values.js";
import type { MatchContext } from "./match-context.js";

const relevanceOf: Readonly<Record<MatchContext["type"], string | undefined>> = {
  jd_signal: "core_strength",
  hard_skill: "core_strength",
  skill_alias: "core_strength",
  soft_skill: "extremely_relevant",
  prior: undefined,
};

/** Values with what the extraction of the posting says over them; unchanged where it was not extracted. */
export function enhance(
  values: AnnotationValues,
  text: string,
  section: string,
  why: MatchContext,
  extracted: JsonObject,
  words: SkillWords,
): AnnotationValues {
  if (Object.keys(extracted).length === 0) return values;
  const relevance = relevanceOf[why.type];
  const overrides = {
    ...(relevance === undefined ? {} : { relevance }),
    ...(namesOwnTechnology(text, extracted, words) ? { identity: "strong_identity" } : {}),
    ...(section === "nice_to_have" ? { passion: "enjoy" } : {}),
  };
  if (Object.keys(overrides).length === 0) return values;
  const method = values.match_method === "default" ? "extracted_jd_enhanced" : values.match_method;
  return { ...values, ...overrides, match_method: method };
}

const mostKeywords = 3;

/** Keywords of the extraction that a text names, the most important ones. */
export function suggestedKeywords(text: string, extracted: JsonObject): readonly string[] {
  const lower = text.toLowerCase();
  return textsOf(extracted["top_keywords"])
    .filter((keyword) => lower.includes(keyword.toLowerCase()))
    .slice(0, mostKeywords);
}

function namesOwnTechnology(text: string, extracted: JsonObject, { hardSkills, softSkills }: SkillWords): boolean {
  const lower = text.toLowerCase();
  const own = [...hardSkills, ...softSkills].map((skill) => skill.toLowerCase());
  return textsOf(extracted["technical_skills"])
    .map((skill) => skill.toLowerCase())
    .some((skill) => lower.includes(skill) && own.includes(skill));
}
