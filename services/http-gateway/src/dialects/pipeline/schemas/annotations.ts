import { answer, anyObject, body, flag, listOf, text } from "./common.js";
import { queryFlag } from "./query-flag.js";
import { anyObjectOrNull, nullableNumber, nullableText, successWith, whole } from "./shapes.js";

/** Query of a generation. */
export const generateQuery = body({ sync: { ...queryFlag, description: "Default true: the answer waits." } });

/** Path of a generation's run. */
export const generationParams = body({ job_id: text, run_id: text }, ["job_id", "run_id"]);

/** Body of a judgement. */
export const feedbackBody = body(
  {
    annotation_id: text,
    action: { type: "string", description: "`save`, `delete` or `manual_create`." },
    original_values: anyObject,
    final_values: anyObjectOrNull,
    target: { ...anyObjectOrNull, properties: { section: nullableText, text: nullableText } },
    values: {
      ...anyObjectOrNull,
      properties: {
        relevance: nullableText,
        passion: nullableText,
        identity: nullableText,
        requirement_type: nullableText,
      },
    },
  },
  ["annotation_id", "action"],
);

const generated = { created: whole, skipped: whole, annotations: listOf(anyObject), error: nullableText };

/** Answers about annotations, by what they are about. */
export const answers = {
  /** With `sync=false` the run: `run_id`, `status`, `job_id`. */
  generated: body({ success: flag, ...generated, run_id: text, status: text, job_id: text }),
  result: answer({ run_id: text, status: text, result: anyObjectOrNull, error: nullableText }),
  priors: successWith({
    stats: answer({
      accuracy: { type: "number" },
      total_suggestions: whole,
      accepted_unchanged: whole,
      edited: whole,
      deleted: whole,
      annotations_indexed: whole,
      skills_tracked: whole,
      needs_rebuild: flag,
      last_rebuild: nullableText,
    }),
    error: nullableText,
  }),
  rebuilt: successWith({
    rebuilt: flag,
    annotations_indexed: whole,
    duration_seconds: { type: "number" },
    error: nullableText,
  }),
  learned: successWith({ prior_updated: nullableText, confidence_change: nullableNumber, error: nullableText }),
} as const;
