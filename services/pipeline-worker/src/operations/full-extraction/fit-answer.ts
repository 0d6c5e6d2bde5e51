/** How well a candidate and a role go together. */
export interface Fit {
  /** 0 to 100. */
  readonly fit_score: number;
  readonly fit_rationale: string;
  readonly fit_category: string;
}

const categories: readonly (readonly [number, string])[] = [
  [90, "exceptional"],
  [80, "strong"],
  [70, "good"],
  [60, "moderate"],
];

/** The word for a score. */
export function fitCategory(score: number): string {
  return categories.find(([least]) => score >= least)?.[1] ?? "weak";
}

/** Reads `SCORE: n` and `RATIONALE: ...` of an answer; undefined where there is no score. */
export function readFit(answer: string): Fit | undefined {
  const found = /SCORE\s*:\**\s*(\d{1,3})\b/i.exec(answer)?.[1];
  if (found === undefined) return undefined;
  const score = Math.min(100, Number(found));
  const rationale = /RATIONALE\s*:\**\s*([\s\S]*)/i.exec(answer)?.[1]?.trim() ?? "";
  return { fit_score: score, fit_rationale: rationale, fit_category: fitCategory(score) };
}
