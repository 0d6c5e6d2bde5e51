import { z } from "zod";
import type { Llm } from "../../llm/llm.js";
import type { OperationContext } from "../../operation.js";
import { textList } from "../json/lists.js";
import type { CvBrief } from "./brief.js";
import { briefWords, honesty } from "./brief-words.js";

const schema = z.object({
  headline: z.string().trim().min(1).max(200),
  summary: z.string().trim().min(1),
  competencies: textList(1, 12),
});

/** What stands on top of a CV. */
export type CvHeader = z.output<typeof schema>;

const system = `You write the top of a CV. Answer with a JSON object:
headline: at most 12 words, what the candidate is for this role;
summary: three or four sentences in the first person without "I";
competencies: 6 to 12 short terms, those of the role that the candidate has.
${honesty}`;

/** The top of a CV, worded for the role. @throws LlmFailure */
export async function askForHeader(
  llm: Llm,
  { tier }: Pick<OperationContext, "tier">,
  brief: CvBrief,
  positions: readonly { readonly title: string; readonly bullets: readonly string[] }[],
): Promise<CvHeader> {
  const experience = positions.map(({ title, bullets }) => [title, ...bullets.map((line) => `- ${line}`)].join("\n"));
  const stars = brief.stars.length === 0 ? "" : `\n\nAchievements:\n${brief.stars.join("\n\n")}`;
  const { value } = await llm.completeJson<CvHeader>({
    step: "cv_header",
    tier,
    taskType: "complex",
    system,
    user: `${briefWords(brief)}\n\nThe candidate:\n${brief.profile}\n\nExperience:\n${experience.join("\n\n")}${stars}`,
    schema,
  });
  return value;
}
