import { expect, it } from "vitest";
import { extractedJdSchema } from "../extract/extracted-jd.js";
import { annotationSignals } from "./annotation-signals.js";
import { fitCategory, readFit } from "./fit-answer.js";
import { shortLinkedinUrl } from "./linkedin-url.js";

it.each([
  [90, "exceptional"],
  [89, "strong"],
  [80, "strong"],
  [79, "good"],
  [70, "good"],
  [69, "moderate"],
  [60, "moderate"],
  [59, "weak"],
])("%d is %s", (score, expected) => {
  expect(fitCategory(score)).toBe(expected);
});

it.each([
  [
    "SCORE: 82\nRATIONALE: Led teams.\nNo Terraform.",
    { fit_score: 82, fit_rationale: "Led teams.\nNo Terraform.", fit_category: "strong" },
  ],
  ["**Score:** 140", { fit_score: 100, fit_rationale: "", fit_category: "exceptional" }],
  ["I cannot say", undefined],
])("reads %j", (answer, expected) => {
  expect(readFit(answer)).toEqual(expected);
});

it("sums up annotations, those of a must twice", () => {
  const annotations = [
    { relevance: "core_strength", strategic_note: "lead with it" },
    { relevance: "relevant" },
    { relevance: "gap", requirement_type: "must_have", reframe_note: "learning", target: { text: "Terraform" } },
  ];
  expect(annotationSignals({ jd_annotations: { annotations } })).toEqual({
    annotation_score: 38,
    good_match_count: 1,
    partial_match_count: 1,
    gap_count: 1,
    strategic_notes: ["lead with it"],
    must_have_gaps: [{ text: "Terraform", reframe_note: "learning" }],
    annotation_summary: "1 strong matches, 1 partial matches, 1 gaps",
  });
  expect(annotationSignals({})).toMatchObject({
    annotation_score: null,
    annotation_summary: "No annotations available",
  });
});

it.each([
  ["https://de.linkedin.com/jobs/view/lead-at-x-4012345678?trk=1", "https://www.linkedin.com/jobs/view/4012345678"],
  ["https://www.linkedin.com/jobs/view/4012345678/", "https://www.linkedin.com/jobs/view/4012345678"],
  ["https://www.linkedin.com/jobs/search/?currentJobId=4012345678", "https://www.linkedin.com/jobs/view/4012345678"],
  ["https://linkedin.com.example.org/jobs/view/4012345678", "https://linkedin.com.example.org/jobs/view/4012345678"],
  ["https://www.linkedin.com/company/x", "https://www.linkedin.com/company/x"],
  ["", ""],
])("shortens %j to %j", (address, expected) => {
  expect(shortLinkedinUrl(address)).toBe(expected);
});

it("cuts lists that are too long, and refuses ones that are too short", () => {
  const { extractedJd } = { extractedJd: valid() };
  const keywords = Array.from({ length: 30 }, (_, at) => ` k${at} `);
  const parsed = extractedJdSchema.parse({ ...extractedJd, top_keywords: keywords });
  expect(parsed.top_keywords).toHaveLength(20);
  expect(parsed.top_keywords[0]).toBe("k0");
  expect(extractedJdSchema.safeParse({ ...extractedJd, top_keywords: keywords.slice(0, 9) }).success).toBe(false);
  expect(extractedJdSchema.safeParse({ ...extractedJd, responsibilities: ["a", " ", "b"] }).success).toBe(false);
  const weights = { delivery: 25, process: 25, architecture: 25, leadership: 24 };
  expect(extractedJdSchema.safeParse({ ...extractedJd, competency_weights: weights }).success).toBe(false);
});

function valid() {
  return {
    ...{ title: "Lead", company: "Acme", role_category: "tech_lead", seniority_level: "staff" },
    competency_weights: { delivery: 25, process: 25, architecture: 25, leadership: 25 },
    responsibilities: ["a", "b", "c"],
    qualifications: ["a", "b"],
    top_keywords: Array.from({ length: 10 }, (_, at) => `k${at}`),
  };
}
