import type { OperationHandler } from "../../operation.js";
import { LayerBook } from "../layers/layer-book.js";
import { changePosting } from "../posting/change-posting.js";
import { jobTextOf } from "../posting/job-text.js";
import { fetchPosting } from "../posting/fetch-posting.js";
import { structureMembers } from "./structure-members.js";
import { structuredWords, structureText } from "./structure-text.js";

/** Divides a posting's text into sections and stores them for annotating. */
export const structureJd: OperationHandler = async (context) => {
  const layers = new LayerBook(context);
  const posting = await fetchPosting(layers, context);
  const text = await layers.run(
    "extract_text",
    "Looking for the description",
    () => jobTextOf(posting),
    ({ length }) => `${length} characters`,
  );
  const structured = await layers.run(
    "jd_processor",
    "Dividing the description into sections",
    () => structureText(context, text, context.input.use_llm ?? true),
    structuredWords,
  );
  const { jd, llm } = structured;
  await layers.run(
    "persist",
    "Saving the sections",
    () => changePosting(context, posting.id, (body) => structureMembers(body, jd)),
    () => "Sections saved",
  );
  return {
    data: {
      processed_jd: jd,
      section_count: jd.sections.length,
      section_types: jd.section_ids,
      content_hash: jd.content_hash,
      used_llm: llm !== undefined,
      persisted: true,
      layer_status: layers.states,
      llm_metadata: llm ?? null,
    },
    modelUsed: llm?.model ?? "rule-based",
  };
};
