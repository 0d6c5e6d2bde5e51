import { describe, expect, it } from "vitest";
import { type OffsetFacts, offsetOf } from "./offset.js";

const fresh: OffsetFacts = {
  codebaseValue: null,
  largestValue: undefined,
  candidateValue: null,
  hasContext: false,
  hadContext: false,
  history: { durationSeconds: 15, successes: 0, total: 0 },
};

const offset = (facts: Partial<OffsetFacts>) => offsetOf({ ...fresh, ...facts }).offset;

describe("offsetOf", () => {
  it("is 35000 for a fresh codebase without values", () => {
    expect(offsetOf(fresh)).toEqual({ offset: 35_000, estimatedDuration: 15 });
  });

  it("rises with the time that the run takes", () => {
    const history = { durationSeconds: 100.5, successes: 0, total: 0 };
    expect(offsetOf({ ...fresh, history })).toEqual({ offset: 120_500, estimatedDuration: 100.5 });
  });

  it("falls with the candidate's value, and a first time is worth a hundred more", () => {
    expect(offset({ candidateValue: 300 })).toBe(35_000 / 400);
    const history = { durationSeconds: 15, successes: 1, total: 1 };
    expect(offset({ candidateValue: 300, hasContext: true, history })).toBe(35_000 / 300);
    expect(offset({ hasContext: true, history })).toBe(35_000);
  });

  it("looks at the codebase's value beside the largest one, down to a tenth", () => {
    expect(offset({ codebaseValue: 50, largestValue: 200 })).toBe(140_000);
    expect(offset({ codebaseValue: 1, largestValue: 200 })).toBe(350_000);
    expect(offset({ codebaseValue: -5, largestValue: 200 })).toBe(350_000);
    expect(offset({ codebaseValue: 200, largestValue: 200 })).toBe(35_000);
    expect(offset({ codebaseValue: null, largestValue: 200 })).toBe(35_000);
  });

  it("takes all codebases for equal where the best one is worth nothing", () => {
    expect(offset({ codebaseValue: 0, largestValue: 0 })).toBe(35_000);
    expect(offset({ codebaseValue: -2, largestValue: -1 })).toBe(35_000);
  });

  it("rises with failures", () => {
    const history = { durationSeconds: 15, successes: 1, total: 4 };
    expect(offset({ hasContext: true, history })).toBeCloseTo((35_000 * 41) / 11, 6);
  });

  it("halves the chance without a context, and leaves a tenth of it in the same one", () => {
    const history = { durationSeconds: 15, successes: 2, total: 2 };
    expect(offset({ history })).toBe(70_000);
    expect(offset({ history, hasContext: true })).toBe(35_000);
    expect(offset({ history, hasContext: true, hadContext: true })).toBe(350_000);
  });
});
