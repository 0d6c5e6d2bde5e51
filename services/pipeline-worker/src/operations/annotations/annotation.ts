import { randomUUID } from "node:crypto";
import { offsetTime } from "../json/times.js";
import type { AnnotationValues } from "./annotation-values.js";
import type { Candidate } from "./candidates.js";
import type { MatchContext } from "./match-context.js";

/** An annotation as it is stored. `original_values` stay as they were made, so that feedback can compare. */
export function storedAnnotation(
  candidate: Candidate,
  values: AnnotationValues,
  why: MatchContext,
  keywords: readonly string[],
  similarity: string,
) {
  const now = new Date();
  const { relevance, requirement_type, passion, identity } = values;
  const { text, section, header, charStart, charEnd } = candidate;
  return {
    id: `ann_${now.getTime()}_${randomUUID().slice(0, 8)}`,
    target: {
      text,
      original_text: text,
      section,
      ...(header === "" ? {} : { section_header: header }),
      ...(charStart === undefined ? {} : { char_start: charStart }),
      ...(charEnd === undefined ? {} : { char_end: charEnd }),
    },
    ...{ relevance, requirement_type, passion, identity },
    matching_skill: why.match,
    ...(keywords.length === 0 ? {} : { suggested_keywords: keywords }),
    // What sentences were compared by: the name of a model, or `lexical`.
    original_values: { ...values, match_context: why, similarity },
    source: "auto_generated",
    feedback_captured: false,
    created_at: offsetTime(now),
    updated_at: offsetTime(now),
  };
}
