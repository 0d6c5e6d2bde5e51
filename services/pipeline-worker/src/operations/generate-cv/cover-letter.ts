import { type Llm, LlmFailure } from "../../llm/llm.js";
import type { OperationContext } from "../../operation.js";
import { textOf } from "../json/values.js";
import type { CvBrief } from "./brief.js";
import { briefWords, honesty } from "./brief-words.js";

const system = `You write a cover letter of 180 to 280 words in three paragraphs: why this company and role now, what the candidate has done that
answers why they hire, and what follows. Begin with a salutation. End without a closing formula: it is added. No placeholders in brackets.
Answer with the letter alone. ${honesty}`;

/** A cover letter, signed as the settings say. @throws LlmFailure, also for an empty answer */
export async function askForCoverLetter(
  llm: Llm,
  { tier, settings }: Pick<OperationContext, "tier" | "settings">,
  brief: CvBrief,
  markdown: string,
): Promise<string> {
  const { text } = await llm.completeText({
    step: "cover_letter",
    tier,
    taskType: "complex",
    temperature: 0.4,
    system,
    user: `${briefWords(brief)}\n\nThe candidate's CV:\n${markdown}`,
    maxTokens: 1_200,
  });
  const letter = text.trim();
  if (letter === "") throw new LlmFailure("The answer with the cover letter is empty");
  const { name, signature } = settings.candidate;
  const signed = signature || name || textOf(brief.candidate["name"]);
  return signed === "" ? letter : `${letter}\n\nKind regards,\n${signed}`;
}
