import type { OperationHandler } from "../../operation.js";
import { rebuildPriors, sentenceModel } from "./rebuild.js";
import { loadSkillWords } from "./skill-words.js";

/** Learns anew from all annotations. */
export const rebuildPriorsOperation: OperationHandler = async (context) => {
  const began = performance.now();
  const priors = await rebuildPriors(context, await loadSkillWords(context.documents));
  return {
    data: {
      rebuilt: true,
      annotations_indexed: priors.sentence_index.count,
      duration_seconds: Math.round(performance.now() - began) / 1000,
      similarity: sentenceModel(context),
    },
  };
};
