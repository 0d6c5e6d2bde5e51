import type { Embeddings } from "../../llm/embeddings.js";
import type { SentenceIndex } from "./priors.js";

/** What stands for a model where texts are compared by their words. */
export const lexicalModel = "lexical";

/** The nearest sentence of an index. */
export interface Nearest {
  readonly index: number;
  /** Cosine, up to 1. */
  readonly score: number;
}

/** Finds the nearest sentence for each of some texts; undefined for all in an empty index. */
export async function nearestSentences(
  texts: readonly string[],
  index: SentenceIndex,
  embeddings: Embeddings | undefined,
): Promise<readonly (Nearest | undefined)[]> {
  if (embeddings === undefined || index.embeddings.length !== index.texts.length) {
    const known = index.texts.map(wordVector);
    return texts.map((text) => nearest(known.map((vector) => wordCosine(wordVector(text), vector))));
  }
  if (index.texts.length === 0 || texts.length === 0) return texts.map(() => undefined);
  const vectors = await embeddings.embed(texts);
  return vectors.map((vector) => nearest(index.embeddings.map((known) => cosine(vector, known))));
}

/** How alike two texts are by their words alone: 1 for the same words, 0 for none in common. */
export function lexicalSimilarity(a: string, b: string): number {
  return wordCosine(wordVector(a), wordVector(b));
}

/** The cosine of two vectors; 0 where one has no length or they have not the same number of members. */
export function cosine(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return 0;
  let product = 0;
  let lengthA = 0;
  let lengthB = 0;
  a.forEach((x, at) => {
    const y = b[at] ?? 0;
    product += x * y;
    lengthA += x * x;
    lengthB += y * y;
  });
  return lengthA === 0 || lengthB === 0 ? 0 : product / Math.sqrt(lengthA * lengthB);
}

type WordVector = ReadonlyMap<string, number>;

function wordVector(text: string): WordVector {
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}+#]+/gu)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function wordCosine(a: WordVector, b: WordVector): number {
  const length = (vector: WordVector) => [...vector.values()].reduce((sum, count) => sum + count * count, 0);
  const product = [...a].reduce((sum, [word, count]) => sum + count * (b.get(word) ?? 0), 0);
  return product === 0 ? 0 : product / Math.sqrt(length(a) * length(b));
}

function nearest(scores: readonly number[]): Nearest | undefined {
  return scores.reduce<Nearest | undefined>(
    (best, score, index) => (best === undefined || score > best.score ? { index, score } : best),
    undefined,
  );
}
