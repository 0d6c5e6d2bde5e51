import type { OperationHandler } from "../../operation.js";
import { loadPosting } from "../posting/load-posting.js";
import { sentenceModel } from "../priors/rebuild.js";
import { suggestAnnotations } from "./suggest-annotations.js";

/** Annotates what concerns the candidate in a structured posting. */
export const generateAnnotations: OperationHandler = async (context) => {
  const { created, skipped } = await suggestAnnotations(context, await loadPosting(context));
  return {
    data: {
      created: created.length,
      skipped,
      annotations: created.map(({ id, target, relevance, original_values: { confidence, match_method } }) => ({
        ...{ id, target, relevance, confidence, match_method },
      })),
      similarity: sentenceModel(context),
    },
  };
};
