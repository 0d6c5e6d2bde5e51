import { describe, expect, it } from "vitest";
import { feedbackName, learnFeedback, readFeedback } from "./feedback.js";
import { type Priors, readPriors, type SkillPrior, unknownSkill } from "./priors.js";

const tracked = ["python", "kafka"];
const nobody = new Set<string>();

function priorsWith(python: Partial<SkillPrior>): Priors {
  return { ...readPriors(undefined), skill_priors: { python: { ...unknownSkill, ...python } } };
}

function after(priors: Priors, body: object, owned: ReadonlySet<string> = nobody) {
  const learned = learnFeedback(priors, readFeedback({ annotation_id: "a", ...body }), { tracked, owned });
  return { ...learned, python: learned.priors.skill_priors["python"] ?? unknownSkill, stats: learned.priors.stats };
}

const target = { section: "qualifications", text: "Five years of Python" };
const belief = (value: string | null, confidence: number, n: number) => ({ value, confidence, n });

describe("an annotation that was saved", () => {
  const original = { relevance: "relevant", passion: "enjoy", identity: "peripheral" };

  it("raises what was right by 0.05, up to 0.99", () => {
    const priors = priorsWith({ relevance: belief("relevant", 0.9, 5), passion: belief("enjoy", 0.97, 5) });
    const { python, stats, confidenceChange } = after(priors, {
      action: "save",
      original_values: original,
      final_values: original,
      target,
    });
    expect(python.relevance.confidence).toBeCloseTo(0.95);
    expect(python.passion.confidence).toBe(0.99);
    expect(python.relevance.n).toBe(6);
    expect(confidenceChange).toBeCloseTo(0.05);
    expect(stats).toMatchObject({ accepted_unchanged: 1, edited: 0, annotations_since_build: 1 });
  });

  it.each([
    [
      "keeps a word that is well founded, at 0.7 of its confidence",
      belief("relevant", 0.9, 5),
      belief("relevant", 0.63, 6),
    ],
    ["adopts the new word below 0.4", belief("relevant", 0.5, 5), belief("gap", 0.5, 6)],
    ["adopts the new word with fewer than 3 observations", belief("relevant", 0.9, 1), belief("gap", 0.5, 2)],
    ["does not fall below 0.2 before it adopts", belief("relevant", 0.1, 9), belief("gap", 0.5, 10)],
  ])("%s", (_, before, expected) => {
    const final = { ...original, relevance: "gap" };
    const { python, stats } = after(priorsWith({ relevance: before }), {
      action: "save",
      original_values: original,
      final_values: final,
      target,
    });
    expect(python.relevance.value).toBe(expected.value);
    expect(python.relevance.confidence).toBeCloseTo(expected.confidence);
    expect(python.relevance.n).toBe(expected.n);
    expect(stats).toMatchObject({ accepted_unchanged: 0, edited: 1 });
  });

  it("passes over what only one side says", () => {
    const { python } = after(priorsWith({}), {
      action: "save",
      original_values: { relevance: "gap" },
      final_values: { passion: "enjoy" },
      target,
    });
    expect(python).toEqual(unknownSkill);
  });
});

describe("an annotation that was deleted", () => {
  const confident = { relevance: belief("relevant", 0.5, 4), passion: belief("enjoy", 0.5, 4) };

  it.each([
    ["about_company", false, 0.5, false, "deleted_no_learning"],
    ["benefits", false, 0.5, false, "deleted_no_learning"],
    ["nice_to_have", false, 0.5, false, "deleted_no_learning"],
    ["about_role", false, 0.5, false, "deleted_no_learning"],
    ["company_culture", false, 0.5, false, "deleted_no_learning"],
    ["requirements", false, 0.15, true, "deleted_full"],
    ["qualifications", false, 0.15, true, "deleted_full"],
    ["qualifications", true, 0.4, false, "deleted_soft"],
    ["responsibilities", true, 0.5, false, "deleted_no_learning"],
    ["responsibilities", false, 0.4, false, "deleted_soft"],
    ["technical_skills", false, 0.4, false, "deleted_soft"],
  ])("in %s, owned %s: confidence %d, avoid %s", (section, owned, confidence, avoid, counter) => {
    const skills = owned ? new Set(["python"]) : nobody;
    const { python, stats } = after(
      priorsWith(confident),
      { action: "delete", original_values: {}, target: { ...target, section } },
      skills,
    );
    expect(python.relevance.confidence).toBeCloseTo(confidence);
    expect(python.passion.confidence).toBeCloseTo(confidence);
    expect(python.avoid).toBe(avoid);
    expect(stats).toMatchObject({ deleted: 1, [counter]: 1 });
  });
});

describe("an annotation that a person made", () => {
  it("clears avoid, raises equal words by 0.15, adopts at 0.65 and weakens others by 0.9", () => {
    const priors = priorsWith({ avoid: true, relevance: belief("relevant", 0.5, 1), passion: belief("enjoy", 0.5, 1) });
    const values = {
      relevance: "relevant",
      passion: "love_it",
      identity: "core_identity",
      requirement_type: "must_have",
    };
    const { python, confidenceChange } = after(priors, {
      action: "manual_create",
      original_values: {},
      target,
      values,
    });
    expect(python.avoid).toBe(false);
    expect(python.relevance).toEqual(belief("relevant", 0.65, 2));
    expect(python.passion).toEqual(belief("enjoy", 0.45, 2));
    expect(python.identity).toEqual(belief("core_identity", 0.65, 1));
    expect(python.requirement).toEqual(belief("must_have", 0.65, 1));
    expect(confidenceChange).toBeCloseTo(0.15);
  });

  it("is named by how its text begins", () => {
    const feedback = readFeedback({ action: "manual_create", target: { text: "Five years of Python in large teams" } });
    expect(feedbackName(feedback)).toBe("manual:Five years of Python in large ...");
  });
});

describe("the skill", () => {
  const deletion = { action: "delete", target: { section: "requirements", text: "Something else" } };

  it("is the keyword that led to the annotation", () => {
    const original = { match_method: "keyword_prior", matched_keyword: "Python" };
    expect(after(priorsWith({}), { ...deletion, original_values: original }).python.avoid).toBe(true);
    expect(feedbackName(readFeedback({ ...deletion, original_values: original }))).toBe("Python");
  });

  it("is the first known word of the matched sentence", () => {
    const original = { match_method: "sentence_similarity", matched_text: "Kafka and Python" };
    expect(after(priorsWith({}), { ...deletion, original_values: original }).python.avoid).toBe(true);
  });

  it("is none: nothing changes", () => {
    const priors = priorsWith({});
    expect(after(priors, { ...deletion, original_values: {} }).priors).toBe(priors);
    expect(feedbackName(readFeedback({ ...deletion, original_values: {} }))).toBeNull();
  });
});
