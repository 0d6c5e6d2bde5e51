import type { AnnotatedSentence } from "./majority.js";
import { skillPriorsOf } from "./majority.js";
import type { Priors } from "./priors.js";

/** What priors are made of anew. */
export interface RebuildFacts {
  readonly sentences: readonly AnnotatedSentence[];
  /** One a sentence, or none. */
  readonly vectors: readonly (readonly number[])[];
  readonly model: string;
  readonly tracked: readonly string[];
  /** As the priors store it. */
  readonly now: string;
}

/**
 * Priors that follow from all annotations. Skills that a person does not want stay unwanted: no annotation is left of them that
 * could say so.
 */
export function rebuiltPriors(priors: Priors, { sentences, vectors, model, tracked, now }: RebuildFacts): Priors {
  const learned = skillPriorsOf(sentences, tracked);
  const avoided = Object.entries(priors.skill_priors)
    .filter(([, { avoid }]) => avoid)
    .map(([skill, prior]) => [skill, { ...(learned[skill] ?? prior), avoid: true }] as const);
  return {
    ...priors,
    version: priors.version + 1,
    sentence_index: {
      embeddings: vectors.map((vector) => vector.map((x) => Math.round(x * 1e4) / 1e4)),
      texts: sentences.map(({ text }) => text),
      metadata: sentences.map(({ text: _, ...facts }) => facts),
      built_at: now,
      model,
      count: sentences.length,
    },
    skill_priors: { ...learned, ...Object.fromEntries(avoided) },
    stats: {
      ...priors.stats,
      total_annotations_at_build: sentences.length,
      annotations_since_build: 0,
      last_rebuild: now,
    },
    updated_at: now,
  };
}
