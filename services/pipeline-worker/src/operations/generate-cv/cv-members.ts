import { newEditorState } from "../cv-document/editor-state.js";
import { tipTapOfMarkdown } from "../cv-document/tiptap-of-markdown.js";
import { naiveTime } from "../json/times.js";
import type { WrittenCv } from "./write-cv.js";

/** The name of the file of a CV as Markdown. */
export const cvFileName = "CV.md";

/** Members of a posting that keep a CV and, where one was written, its cover letter. */
export function cvMembers(cv: WrittenCv, coverLetter: string | undefined) {
  const now = naiveTime();
  return {
    cv_text: cv.markdown,
    cv_editor_state: newEditorState(tipTapOfMarkdown(cv.markdown)),
    cv_path: cvFileName,
    cv_reasoning: reasoning(cv),
    cv_generated_at: now,
    generated_cv: true,
    ...(coverLetter === undefined ? {} : { cover_letter: coverLetter, cover_letter_generated_at: now }),
    updatedAt: now,
  };
}

function reasoning({ grade, improved }: WrittenCv): string {
  if (grade === undefined) return "The CV was not graded.";
  const lines = [
    `Graded ${grade.composite_score} of 100.`,
    ...(grade.strengths.length === 0 ? [] : [`Strengths: ${grade.strengths.join("; ")}.`]),
    ...(grade.issues.length === 0 ? [] : [`${improved ? "Put right" : "Open"}: ${grade.issues.join("; ")}.`]),
  ];
  return lines.join("\n");
}
