import { expect, it } from "vitest";
import { quickScoreCall, readQuickScore, tierOfScore } from "./quick-score.js";

it.each([
  ["SCORE: 82\nRATIONALE: A close match.", 82, "A close match.", "A"],
  ["**SCORE:** 60\n**RATIONALE:** Fine\nin two lines.", 60, "Fine\nin two lines.", "B"],
  ["Well. score: 0", 0, "", "D"],
  ["SCORE: 79/100\nRATIONALE: Nearly.", 79, "Nearly.", "B"],
])("reads the answer %j", (answer, score, rationale, tier) => {
  expect(readQuickScore(answer)).toEqual({ score, rationale, tier });
});

it.each(["", "A good fit!", "SCORE: high", "SCORE: 101", "SCORE: 1000"])("finds no score in %j", (answer) => {
  expect(readQuickScore(answer)).toBeUndefined();
});

it("gives letters from their lower bounds on", () => {
  expect([80, 79, 60, 59, 40, 39].map(tierOfScore)).toEqual(["A", "B", "B", "C", "C", "D"]);
});

it("asks about the beginning of long texts", () => {
  const job = { title: "T", company: "C", location: "L", description: "d".repeat(5_000) };
  const { user } = quickScoreCall(job, "p".repeat(7_000));
  expect(user.match(/d+/g)?.some((run) => run.length === 4_000)).toBe(true);
  expect(user).toContain("p".repeat(6_000));
  expect(user).not.toContain("p".repeat(6_001));
});
