import type { Priors } from "../priors/priors.js";
import type { Nearest } from "../priors/similarity.js";

/** What an annotation judges, and where that comes from. */
export interface AnnotationValues {
  readonly relevance: string;
  readonly requirement_type: string;
  readonly passion: string;
  readonly identity: string;
  readonly confidence: number;
  readonly match_method: "sentence_similarity" | "keyword_prior" | "default" | "extracted_jd_enhanced";
  readonly matched_text: string | null;
  readonly matched_keyword: string | null;
  readonly matched_score: number | null;
}

const nearEnough = 0.85;
const confidentKeyword = 0.6;
const keywordDiscount = 0.8;

const mustHave = ["responsibilities", "requirements", "qualifications"];

/** Values of the nearest annotated sentence, else of what was learned about a word of the text, else of the section. */
export function annotationValues(
  text: string,
  section: string,
  nearest: Nearest | undefined,
  priors: Priors,
  matched: string,
): AnnotationValues {
  return bySentence(nearest, priors) ?? byKeyword(text, priors) ?? bySection(section, matched);
}

function bySentence(nearest: Nearest | undefined, { sentence_index: index }: Priors): AnnotationValues | undefined {
  if (nearest === undefined || nearest.score <= nearEnough) return undefined;
  const facts = index.metadata[nearest.index];
  return {
    relevance: facts?.relevance ?? "relevant",
    requirement_type: facts?.requirement ?? "neutral",
    passion: facts?.passion ?? "neutral",
    identity: facts?.identity ?? "peripheral",
    confidence: nearest.score,
    match_method: "sentence_similarity",
    matched_text: index.texts[nearest.index] ?? null,
    matched_keyword: null,
    matched_score: nearest.score,
  };
}

function byKeyword(text: string, { skill_priors: priors }: Priors): AnnotationValues | undefined {
  for (const [keyword] of text.toLowerCase().matchAll(/\b[a-z]{3,}\b/g)) {
    const prior = Object.hasOwn(priors, keyword) ? priors[keyword] : undefined;
    if (prior === undefined || prior.avoid || prior.relevance.confidence <= confidentKeyword) continue;
    return {
      relevance: prior.relevance.value ?? "relevant",
      requirement_type: prior.requirement.value ?? "neutral",
      passion: prior.passion.value ?? "neutral",
      identity: prior.identity.value ?? "peripheral",
      confidence: prior.relevance.confidence * keywordDiscount,
      match_method: "keyword_prior",
      matched_text: null,
      matched_keyword: keyword,
      matched_score: null,
    };
  }
  return undefined;
}

function bySection(section: string, matched: string): AnnotationValues {
  return {
    relevance: "relevant",
    requirement_type: mustHave.includes(section)
      ? "must_have"
      : section === "nice_to_have"
        ? "nice_to_have"
        : "neutral",
    passion: "neutral",
    identity: "peripheral",
    confidence: 0.5,
    match_method: "default",
    matched_text: null,
    matched_keyword: matched,
    matched_score: null,
  };
}
