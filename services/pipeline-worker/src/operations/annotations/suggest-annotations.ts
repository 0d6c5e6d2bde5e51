import { OperationFailure, type OperationContext } from "../../operation.js";
import { objectOf, objectsOf } from "../json/values.js";
import { changePosting } from "../posting/change-posting.js";
import type { Posting } from "../posting/posting.js";
import { raiseStats } from "../priors/priors.js";
import { changePriors, freshPriors, sentenceModel } from "../priors/rebuild.js";
import { nearestSentences } from "../priors/similarity.js";
import { loadSkillWords } from "../priors/skill-words.js";
import { storedAnnotation } from "./annotation.js";
import { annotationValues } from "./annotation-values.js";
import { candidatesOf, structuredSections } from "./candidates.js";
import { enhance, suggestedKeywords } from "./enhance.js";
import { matchContext } from "./match-context.js";

/** What was suggested. */
export interface Suggestions {
  readonly created: readonly ReturnType<typeof storedAnnotation>[];
  readonly skipped: number;
}

/**
 * Annotates the points of a structured posting that concern the candidate, and stores the annotations beside those that are there.
 * No language model is asked.
 *
 * @throws OperationFailure when the posting was not structured
 */
export async function suggestAnnotations(context: OperationContext, { id, body }: Posting): Promise<Suggestions> {
  if (structuredSections(body).length === 0) {
    throw new OperationFailure("No structured JD found. Please structure the JD first.", { code: "not_structured" });
  }
  const words = await loadSkillWords(context.documents);
  const priors = await freshPriors(context, words);
  const extracted = objectOf(body["extracted_jd"]);
  const { open, skipped } = candidatesOf(body);
  const qualified = open.flatMap((candidate) => {
    const why = matchContext(candidate.text, words, priors);
    return why === undefined ? [] : [{ candidate, why }];
  });
  const texts = qualified.map(({ candidate }) => candidate.text);
  const nearest = await nearestSentences(texts, priors.sentence_index, context.embeddings);
  const created = qualified.map(({ candidate, why }, at) => {
    const { text, section } = candidate;
    const values = annotationValues(text, section, nearest[at], priors, why.match);
    const enhanced = enhance(values, text, section, why, extracted, words);
    return storedAnnotation(candidate, enhanced, why, suggestedKeywords(text, extracted), sentenceModel(context));
  });
  if (created.length > 0) {
    await changePosting(context, id, (stored) => {
      const annotations = objectOf(stored["jd_annotations"]);
      return {
        jd_annotations: { ...annotations, annotations: [...objectsOf(annotations["annotations"]), ...created] },
      };
    });
  }
  const made = { total_suggestions_made: created.length };
  await changePriors(context, (stored) => ({ ...stored, stats: raiseStats(stored.stats, made) }));
  return { created, skipped: skipped + open.length - created.length };
}
