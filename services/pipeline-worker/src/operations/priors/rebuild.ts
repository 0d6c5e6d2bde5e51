import { collections, soleKeys } from "@switchyard/pipeline-model";
import type { OperationContext } from "../../operation.js";
import { offsetTime } from "../json/times.js";
import { annotatedSentences } from "./annotated-sentences.js";
import { needsRebuild } from "./needs-rebuild.js";
import { type Priors, readPriors } from "./priors.js";
import { rebuiltPriors } from "./rebuilt-priors.js";
import { lexicalModel } from "./similarity.js";
import { type SkillWords, trackedSkills } from "./skill-words.js";

/** A document holds 4 MiB. So many sentences, and so many numbers of eight characters in their vectors, fit with room to spare. */
const mostSentences = 800;
const mostNumbers = 320_000;

/** What sentences of the run are compared by. */
export function sentenceModel({ embeddings }: OperationContext): string {
  return embeddings?.model ?? lexicalModel;
}

/** The stored priors. */
async function loadPriors(context: OperationContext): Promise<Priors> {
  return readPriors((await context.documents.get(collections.priors, soleKeys.priors))?.body);
}

/** The stored priors, rebuilt before where they have to be. */
export async function freshPriors(context: OperationContext, words: SkillWords): Promise<Priors> {
  const priors = await loadPriors(context);
  if (!needsRebuild(priors, sentenceModel(context), new Date())) return priors;
  context.line("Rebuilding the priors before the annotations");
  return rebuildPriors(context, words);
}

/**
 * Indexes all annotated sentences anew (the newest that a document holds) and stores it. Without any annotation everything stays as it is. What
 * others learn in the meantime is kept.
 */
export async function rebuildPriors(context: OperationContext, words: SkillWords): Promise<Priors> {
  const all = (await annotatedSentences(context.documents)).slice(-mostSentences);
  if (all.length === 0) return loadPriors(context);
  const allVectors = (await context.embeddings?.embed(all.map(({ text }) => text))) ?? [];
  const kept = Math.max(1, Math.floor(mostNumbers / (allVectors[0]?.length ?? 1)));
  const [sentences, vectors] = [all.slice(-kept), allVectors.slice(-kept)];
  const facts = { sentences, vectors, model: sentenceModel(context), tracked: trackedSkills(words), now: offsetTime() };
  return changePriors(context, (priors) => rebuiltPriors(priors, facts));
}

/** Changes the stored priors, anew when somebody else did in between. Settles with what is stored. */
export async function changePriors(context: OperationContext, change: (priors: Priors) => Priors): Promise<Priors> {
  const stored = await context.documents.update(collections.priors, soleKeys.priors, (body) => ({
    ...change(readPriors(body)),
    updated_at: offsetTime(),
  }));
  return readPriors(stored);
}
