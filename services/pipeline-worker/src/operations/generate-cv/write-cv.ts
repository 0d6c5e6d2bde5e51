import type { Llm } from "../../llm/llm.js";
import type { OperationContext } from "../../operation.js";
import type { LayerBook } from "../layers/layer-book.js";
import type { CvBrief } from "./brief.js";
import { askForHeader } from "./cv-header.js";
import { cvMarkdown, type CvPosition, wordCount } from "./cv-markdown.js";
import { askForGrade, type CvGrade, goodEnough } from "./grade.js";
import { askForImprovement } from "./improve.js";
import { askForBullets } from "./role-bullets.js";

/** A CV that was written. */
export interface WrittenCv {
  readonly markdown: string;
  /** Undefined where the grading failed. Of an improved CV it is the grade from before. */
  readonly grade: CvGrade | undefined;
  readonly improved: boolean;
}

/** Older positions than these stand in the CV by their facts alone. */
const mostWorded = 6;

/** Writes a CV: the positions, the top, a grade, and improvements if it is not good enough. @throws LlmFailure */
export async function writeCv(
  context: OperationContext,
  llm: Llm,
  layers: LayerBook,
  brief: CvBrief,
): Promise<WrittenCv> {
  const positions = await layers.run(
    "cv_phase_1",
    "Wording the positions",
    () => wordPositions(context, llm, layers, brief),
    (worded) => `${worded.length} positions`,
  );
  const header = await layers.run(
    "cv_phase_2",
    "Wording the profile",
    () =>
      askForHeader(
        llm,
        context,
        brief,
        positions.map(({ held, bullets }) => ({ title: held.title, bullets })),
      ),
    ({ competencies }) => `${competencies.length} competencies`,
  );
  const first = await layers.run(
    "cv_phase_3",
    "Putting the CV together",
    () => cvMarkdown(brief.candidate, header, positions),
    (markdown) => `${wordCount(markdown)} words`,
  );
  const grade = await layers.attempt(
    "cv_grader",
    "Grading",
    () => askForGrade(llm, context, brief, first),
    ({ composite_score }) => `${composite_score} of 100`,
  );
  const better = await improve(context, llm, layers, brief, first, grade);
  return { markdown: better ?? first, grade, improved: better !== undefined };
}

async function wordPositions(
  context: OperationContext,
  llm: Llm,
  layers: LayerBook,
  brief: CvBrief,
): Promise<CvPosition[]> {
  const positions: CvPosition[] = [];
  for (const [at, held] of brief.heldRoles.entries()) {
    const bullets = at < mostWorded ? await askForBullets(llm, context, brief, held) : [];
    positions.push({ held, bullets });
    layers.say("cv_phase_1", "processing", `Position ${at + 1} of ${brief.heldRoles.length}: ${held.title}`);
  }
  return positions;
}

async function improve(
  context: OperationContext,
  llm: Llm,
  layers: LayerBook,
  brief: CvBrief,
  markdown: string,
  grade: CvGrade | undefined,
): Promise<string | undefined> {
  if (grade === undefined || grade.composite_score >= goodEnough || grade.issues.length === 0) {
    layers.say("cv_improver", "skipped", grade === undefined ? "Not graded" : "Good enough");
    return undefined;
  }
  return layers.attempt(
    "cv_improver",
    `Putting ${grade.issues.length} issues right`,
    () => askForImprovement(llm, context, brief, markdown, grade),
    (better) => (better === undefined ? "The answer was no whole CV; the first version stays" : "Improved"),
  );
}
