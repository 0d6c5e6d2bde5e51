import type { Llm } from "../../llm/llm.js";
import type { OperationContext } from "../../operation.js";
import type { CvBrief } from "./brief.js";
import { briefWords, honesty } from "./brief-words.js";
import { wordCount } from "./cv-markdown.js";
import type { CvGrade } from "./grade.js";

const system = `You improve a CV. Put the named issues right and change nothing else. Keep all headings, positions, dates and the form.
Answer with the whole CV as Markdown and nothing else. ${honesty}`;

/** A CV with its issues put right; undefined where the answer is no whole CV any more. @throws LlmFailure */
export async function askForImprovement(
  llm: Llm,
  { tier }: Pick<OperationContext, "tier">,
  brief: CvBrief,
  markdown: string,
  { issues }: CvGrade,
): Promise<string | undefined> {
  const { text } = await llm.completeText({
    step: "cv_improvement",
    tier,
    taskType: "complex",
    system,
    user: `${briefWords(brief)}\n\nIssues:\n${issues.map((issue) => `- ${issue}`).join("\n")}\n\nThe CV:\n${markdown}`,
    maxTokens: 6_000,
  });
  return wholeCv(text, markdown);
}

/** The CV of an answer, without a fence around it; undefined where headings or more than a third of the words are gone. */
export function wholeCv(answer: string, before: string): string | undefined {
  const text = answer
    .trim()
    .replace(/^```\w*\n([\s\S]*)\n```$/, "$1")
    .trim();
  const headings = (markdown: string) => markdown.match(/^#{1,3} /gm)?.length ?? 0;
  const isWhole = headings(text) >= headings(before) && wordCount(text) * 3 >= wordCount(before) * 2;
  return isWhole && text.startsWith("# ") ? `${text}\n` : undefined;
}
