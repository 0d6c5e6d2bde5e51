import { collections } from "@switchyard/pipeline-model";
import { OperationFailure, type OperationContext, type OperationHandler } from "../../operation.js";
import { LayerBook } from "../layers/layer-book.js";
import { changePosting } from "../posting/change-posting.js";
import { fetchPosting } from "../posting/fetch-posting.js";
import { cvBrief } from "./brief.js";
import { askForCoverLetter } from "./cover-letter.js";
import { cvFileName, cvMembers } from "./cv-members.js";
import { wordCount } from "./cv-markdown.js";
import { writeCv } from "./write-cv.js";

/** Writes a CV and a cover letter for a posting. The run succeeds without a letter. */
export const generateCv: OperationHandler = async (context) => {
  const layers = new LayerBook(context);
  const posting = await fetchPosting(layers, context);
  const llm = await layers.run(
    "validate",
    "Checking what is needed",
    () => context.requireLlm(),
    () => "Ready",
  );
  const brief = await layers.run(
    "build_state",
    "Gathering the facts",
    () => cvBrief(context, posting, context.input.use_annotations ?? true),
    ({ heldRoles, keywords }) => `${heldRoles.length} positions, ${keywords.length} keywords`,
  );
  const cv = await layers.run(
    "cv_generator",
    "Writing the CV",
    () => writeCv(context, llm, layers, brief),
    ({ markdown }) => `${wordCount(markdown)} words`,
  );
  const letter = await layers.attempt(
    "cover_letter",
    "Writing the cover letter",
    () => askForCoverLetter(llm, context, brief, cv.markdown),
    (text) => `${wordCount(text)} words`,
  );
  const members = cvMembers(cv, letter);
  await layers.run(
    "persist",
    "Saving the CV",
    async () => {
      await changePosting(context, posting.id, () => members);
      await verify(context, posting.id, members.cv_text);
      await context.files.save({
        name: cvFileName,
        contentType: "text/markdown; charset=utf-8",
        bytes: Buffer.from(members.cv_text),
      });
    },
    () => "CV saved",
  );
  const { cv_text, cv_editor_state, cv_path, cv_reasoning } = members;
  return {
    data: {
      ...{ cv_text, cv_editor_state, cv_path, cv_reasoning },
      grade_result: cv.grade === undefined ? null : { ...cv.grade, improved: cv.improved },
      word_count: wordCount(cv_text),
      cover_letter: letter ?? null,
      layer_status: layers.states,
    },
  };
};

/** Whoever opens the editor after the run must find this CV. */
async function verify({ documents }: OperationContext, id: string, text: string): Promise<void> {
  const stored = await documents.get(collections.level2, id);
  if (stored?.body["cv_text"] !== text) {
    throw new OperationFailure("The CV was overwritten while it was saved", { code: "conflict" });
  }
}
