import { collections } from "@switchyard/pipeline-model";
import type { Llm } from "../llm/llm.js";
import type { OperationContext } from "../operation.js";
import { loadMasterCv } from "../operations/candidate/master-cv.js";
import { profileText } from "../operations/candidate/profile-text.js";
import { firstText, textOf, type JsonObject } from "../operations/json/values.js";
import { companyOf, type Posting, titleOf } from "../operations/posting/posting.js";
import { type AnswerFacts, askForAnswer } from "./ask-for-answer.js";
import { cutAnswer } from "./fit-answer.js";
import type { FormField, PlannedAnswer } from "./form.js";
import { staticAnswer } from "./static-answer.js";

/** Achievements that answers may quote. */
const maxStars = 10;

/** Answers for all fields, in their order: known facts and rules first, the model for what has to be written. */
export async function planAnswers(
  context: OperationContext,
  llm: Llm,
  posting: Posting,
  fields: readonly FormField[],
): Promise<PlannedAnswer[]> {
  const { documents, settings } = context;
  const masterCv = await loadMasterCv(documents);
  const stars = await documents.list(collections.starRecords, { limit: maxStars });
  const facts: AnswerFacts = {
    job: [
      titleOf(posting),
      companyOf(posting),
      firstText(posting.body, "job_description", "description", "jd_text"),
    ].join("\n"),
    profile: profileText(masterCv) || settings.candidate.profile,
    stars: stars.map(({ body }) => starText(body)).filter((text) => text !== ""),
  };
  const answers: PlannedAnswer[] = [];
  for (const field of fields) {
    const known = staticAnswer(field, masterCv.candidate);
    const written = known ?? { answer: await askForAnswer(llm, context, field, facts), source: "llm" as const };
    answers.push({
      question: field.label,
      answer: cutAnswer(written.answer, field.limit),
      ...{ field_type: field.field_type, required: field.required, max_length: field.limit, source: written.source },
    });
  }
  return answers;
}

/** An achievement in words: its summary, or situation, task, action and result. */
function starText(star: JsonObject): string {
  const summary = firstText(star, "summary", "condensed_version", "text").trim();
  if (summary !== "") return summary;
  return ["situation", "task", "action", "result"]
    .map((part) => textOf(star[part]))
    .filter(Boolean)
    .join(" ");
}
