import {
  type Belief,
  type Dimension,
  dimensions,
  type SentenceFacts,
  type SkillPrior,
  unknownBelief,
} from "./priors.js";

/** A sentence and how it was annotated. */
export interface AnnotatedSentence extends SentenceFacts {
  readonly text: string;
}

/** What annotations say about each tracked skill: the word of the majority, with its share as confidence. */
export function skillPriorsOf(
  sentences: readonly AnnotatedSentence[],
  tracked: readonly string[],
): Readonly<Record<string, SkillPrior>> {
  const lower = sentences.map((sentence) => ({ sentence, text: sentence.text.toLowerCase() }));
  const priors: Record<string, SkillPrior> = {};
  for (const skill of tracked) {
    const about = lower.filter(({ text }) => text.includes(skill)).map(({ sentence }) => sentence);
    if (about.length === 0) continue;
    const beliefs = dimensions.map((dimension) => [dimension, majority(about.map((facts) => facts[dimension]))]);
    priors[skill] = { ...(Object.fromEntries(beliefs) as Record<Dimension, Belief>), avoid: false };
  }
  return priors;
}

function majority(words: readonly (string | null)[]): Belief {
  const counts = new Map<string, number>();
  let said = 0;
  for (const word of words) {
    if (word === null) continue;
    said++;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  // The first of equals wins, as maps keep the order.
  const [value, count] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), ["", 0]);
  return said === 0 ? unknownBelief : { value, confidence: Math.round((count / said) * 1000) / 1000, n: said };
}
