import type { OperationHandler } from "../../operation.js";
import { objectOf } from "../json/values.js";
import { feedbackName, learnFeedback, readFeedback } from "./feedback.js";
import { ownedSkills } from "./owned-skills.js";
import { changePriors } from "./rebuild.js";
import { loadSkillWords, trackedSkills } from "./skill-words.js";

/** Learns from what a person did with an annotation; `parameters` is the body of the call. */
export const annotationFeedback: OperationHandler = async (context) => {
  const feedback = readFeedback(objectOf(context.input.parameters));
  const words = await loadSkillWords(context.documents);
  const tracked = trackedSkills(words);
  let confidenceChange = 0;
  await changePriors(context, (priors) => {
    const learned = learnFeedback(priors, feedback, { tracked, owned: ownedSkills(words, priors) });
    confidenceChange = learned.confidenceChange;
    return learned.priors;
  });
  return { data: { prior_updated: feedbackName(feedback), confidence_change: confidenceChange } };
};
