import type { OperationContext, OperationHandler } from "../../operation.js";
import { candidateProfile } from "../candidate/candidate-profile.js";
import { askForExtraction } from "../extract/ask-for-extraction.js";
import { extractionMembers } from "../extract/extraction-members.js";
import { naiveTime } from "../json/times.js";
import { firstText, type JsonObject } from "../json/values.js";
import { LayerBook } from "../layers/layer-book.js";
import { changePosting } from "../posting/change-posting.js";
import { jobTextOf } from "../posting/job-text.js";
import { loadPosting } from "../posting/load-posting.js";
import type { Posting } from "../posting/posting.js";
import { structureMembers } from "../structure-jd/structure-members.js";
import { structuredWords, structureText } from "../structure-jd/structure-text.js";
import { annotationSignals } from "./annotation-signals.js";
import { autoAnnotate, autoPersona } from "./extras.js";
import { askForFit } from "./fit.js";
import { shortLinkedinUrl } from "./linkedin-url.js";
import { askForPainPoints } from "./pain-points.js";

/** Structures a posting, reads it, finds out why the company hires, and judges the fit. */
export const fullExtraction: OperationHandler = async (context) => {
  const layers = new LayerBook(context);
  const posting = await loadPosting(context);
  const text = jobTextOf(posting);
  const found = await readPosting(context, layers, posting, text);
  const { structured, extraction, painPoints, fit, signals } = found;
  const stored = await layers.run(
    "save_results",
    "Saving",
    () => changePosting(context, posting.id, (body) => resultMembers(body, found)),
    () => "Results saved",
  );
  const saved: Posting = { ...posting, body: stored };
  const annotated = await autoAnnotate(context, layers, saved);
  const persona = await autoPersona(context, layers, saved.id);
  const completed = Object.entries(layers.states).filter(([, { status }]) => status === "success");
  return {
    data: {
      processed_jd: structured.jd,
      extracted_jd: extraction?.extractedJd ?? null,
      section_count: structured.jd.sections.length,
      pain_points_count: painPoints?.pain_points.length ?? 0,
      strategic_needs_count: painPoints?.strategic_needs.length ?? 0,
      fit_score: fit?.fit_score ?? null,
      fit_category: fit?.fit_category ?? null,
      fit_rationale: fit?.fit_rationale ?? null,
      annotation_signals: signals,
      annotation_score: signals.annotation_score,
      good_match_count: signals.good_match_count,
      gap_count: signals.gap_count,
      auto_annotations_created: annotated?.created.length ?? 0,
      auto_annotations_skipped: annotated?.skipped ?? 0,
      auto_persona: persona ?? null,
      layers_completed: completed.map(([key]) => key),
      layer_status: layers.states,
      persisted: true,
    },
  };
};

/** What the layers of the extraction found. */
export type PostingFindings = Awaited<ReturnType<typeof readPosting>>;

/**
 * Runs the layers that read a posting. The structuring always comes to something, by rules where no model answers. What a model
 * alone can say is left out where it fails, and skipped where none is configured.
 */
async function readPosting(context: OperationContext, layers: LayerBook, posting: Posting, text: string) {
  const { llm } = context;
  const structured = await layers.run(
    "jd_processor",
    "Dividing the description into sections",
    () => structureText(context, text, context.input.use_llm ?? true),
    structuredWords,
  );
  const signals = annotationSignals(posting.body);
  if (llm === undefined) {
    for (const key of ["jd_extractor", "pain_points", "fit_scoring"]) {
      layers.say(key, "skipped", "No LLM is configured: set LLM_BASE_URL");
    }
    return { structured, extraction: undefined, painPoints: undefined, fit: undefined, signals };
  }
  const extraction = await layers.attempt(
    "jd_extractor",
    "Reading the description",
    () => askForExtraction(llm, context, posting, text),
    ({ extractedJd }) => `${extractedJd.role_category}, ${extractedJd.top_keywords.length} keywords`,
  );
  const painPoints = await layers.attempt(
    "pain_points",
    "Finding out why they hire",
    () => askForPainPoints(llm, context, posting, text),
    (found) => `${found.pain_points.length} pain points, ${found.strategic_needs.length} strategic needs`,
  );
  const fit = await layers.attempt(
    "fit_scoring",
    "Judging the fit",
    async () =>
      askForFit(llm, context, { posting, text, profile: await candidateProfile(context), painPoints, signals }),
    ({ fit_score, fit_category }) => `${fit_score} of 100, ${fit_category}`,
  );
  return { structured, extraction, painPoints, fit, signals };
}

/** Members of a posting that keep the findings; what was not found leaves what is there. */
function resultMembers(
  body: JsonObject,
  { structured, extraction, painPoints, fit, signals }: PostingFindings,
): JsonObject {
  return {
    ...structureMembers(body, structured.jd),
    ...(extraction === undefined ? {} : extractionMembers(extraction)),
    ...painPoints,
    ...fit,
    annotation_signals: signals,
    full_extraction_completed_at: naiveTime(),
    ...addressMembers(body),
  };
}

function addressMembers(body: JsonObject): JsonObject {
  const address = firstText(body, "job_url", "jobUrl");
  const short = shortLinkedinUrl(address);
  return short === address ? {} : { job_url: short, jobUrl: short };
}
