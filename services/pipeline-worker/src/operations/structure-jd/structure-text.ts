import type { OperationContext } from "../../operation.js";
import type { LlmFacts } from "../../llm/llm.js";
import { wordsOf } from "../layers/layer-book.js";
import { askForSections } from "./ask-for-sections.js";
import { type ProcessedJd, processedJd } from "./processed-jd.js";
import { sectionsOfAnswer } from "./sections-of-answer.js";
import { splitSections } from "./split-sections.js";

/** A structured text, and how it came about. */
export interface StructuredText {
  readonly jd: ProcessedJd;
  /** Undefined where rules alone did it. */
  readonly llm: LlmFacts | undefined;
  /** Why rules did it although a model was wanted. */
  readonly fallback: string | undefined;
}

/** A text of this length with one section alone was not understood. */
const longForOneSection = 1000;

/** Structures a job description by a model where one is wanted and answers, else by rules. */
export async function structureText(context: OperationContext, text: string, useLlm: boolean): Promise<StructuredText> {
  const byRules = (fallback?: string): StructuredText => ({
    jd: processedJd(text, splitSections(text)),
    llm: undefined,
    fallback,
  });
  if (!useLlm) return byRules();
  try {
    const { sections: answered, ...facts } = await askForSections(context.requireLlm(), context, text);
    const sections = sectionsOfAnswer(answered, text);
    if (sections.length > 1 || text.length <= longForOneSection) {
      return { jd: processedJd(text, sections), llm: facts, fallback: undefined };
    }
    const ruled = byRules("The model found a single section in a long text");
    return ruled.jd.sections.length > 1 ? ruled : { jd: processedJd(text, sections), llm: facts, fallback: undefined };
  } catch (error) {
    context.signal.throwIfAborted();
    return byRules(wordsOf(error));
  }
}

/** What a layer says about it. */
export function structuredWords({ jd, llm, fallback }: StructuredText): string {
  const how = llm === undefined ? "by rules" : `by ${llm.model}`;
  return `${jd.sections.length} sections ${how}${fallback === undefined ? "" : ` (${fallback})`}`;
}
