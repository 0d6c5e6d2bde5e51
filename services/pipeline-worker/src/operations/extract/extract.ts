import { LlmFailure } from "../../llm/llm.js";
import { OperationFailure, type OperationHandler } from "../../operation.js";
import { firstText } from "../json/values.js";
import { LayerBook, wordsOf } from "../layers/layer-book.js";
import { changePosting } from "../posting/change-posting.js";
import { structuringFields } from "../posting/job-text.js";
import { fetchPosting } from "../posting/fetch-posting.js";
import { askForExtraction } from "./ask-for-extraction.js";
import { extractionMembers } from "./extraction-members.js";

/** Reads out of a posting what an application needs to know. */
export const extract: OperationHandler = async (context) => {
  const layers = new LayerBook(context);
  const posting = await fetchPosting(layers, context);
  const text = firstText(posting.body, "description", ...structuringFields);
  if (text === "") throw new OperationFailure("Job has no description to extract", { code: "no_description" });
  const llm = context.requireLlm();
  const extraction = await layers.run(
    "jd_extractor",
    "Reading the description",
    () => askForExtraction(llm, context, posting, text).catch(asExtractionFailure),
    ({ extractedJd }) => `${extractedJd.role_category}, ${extractedJd.top_keywords.length} keywords`,
  );
  const members = extractionMembers(extraction);
  await layers.run(
    "save_results",
    "Saving",
    () => changePosting(context, posting.id, () => members),
    () => "Saved",
  );
  const { model, extracted_at, duration_ms } = members.extracted_jd_metadata;
  return { data: { extracted_jd: members.extracted_jd, metadata: { model, extracted_at, duration_ms } } };
};

function asExtractionFailure(error: unknown): never {
  if (!(error instanceof LlmFailure)) throw error;
  throw new OperationFailure(`JD extraction failed: ${wordsOf(error)}`, { code: "extraction_failed", cause: error });
}
