import type { LlmFacts } from "../../llm/llm.js";
import { naiveTime } from "../json/times.js";
import type { ExtractedJd } from "./extracted-jd.js";

/** Members of a posting that keep an extraction. */
export function extractionMembers({
  extractedJd,
  model,
  durationMs,
}: LlmFacts & { readonly extractedJd: ExtractedJd }) {
  return {
    extracted_jd: extractedJd,
    extracted_jd_metadata: {
      model,
      extracted_at: naiveTime(),
      duration_ms: Math.round(durationMs),
      extractor: "llm",
    },
  };
}
