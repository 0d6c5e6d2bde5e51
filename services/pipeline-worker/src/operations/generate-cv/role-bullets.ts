import { z } from "zod";
import type { Llm } from "../../llm/llm.js";
import type { OperationContext } from "../../operation.js";
import type { HeldRole } from "../candidate/master-cv.js";
import { roleText } from "../candidate/profile-text.js";
import { textList } from "../json/lists.js";
import type { CvBrief } from "./brief.js";
import { briefWords, honesty } from "./brief-words.js";

const schema = z.object({ bullets: textList(1, 6) });
const longestRole = 6_000;

const system = `You write the lines under one position of a CV. Answer with {"bullets": [3 to 6 texts]}.
Each is one line of 12 to 30 words: what was done, how, and what came of it, the most fitting first. Begin with a verb in the past tense.
${honesty}`;

/** The lines under a held position, chosen and worded for the role. @throws LlmFailure */
export async function askForBullets(
  llm: Llm,
  { tier }: Pick<OperationContext, "tier">,
  brief: CvBrief,
  held: HeldRole,
): Promise<readonly string[]> {
  const { value } = await llm.completeJson<z.output<typeof schema>>({
    step: "cv_role_bullets",
    tier,
    taskType: "complex",
    system,
    user: `${briefWords(brief)}\n\nThe position:\n${roleText(held).slice(0, longestRole)}`,
    schema,
  });
  return value.bullets;
}
