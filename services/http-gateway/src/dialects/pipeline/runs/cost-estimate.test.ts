import { describe, expect, it } from "vitest";
import { estimateCosts } from "./cost-estimate.js";

describe("cost estimates", () => {
  it.each([
    ["structure-jd", "fast", 0.0012, "gpt-4o-mini"],
    ["structure-jd", "balanced", 0.01, "gpt-4o-mini"],
    ["structure-jd", "quality", 0.1425, "gpt-4o"],
    ["research-company", "fast", 0.0017, "gpt-4o-mini"],
    ["research-company", "balanced", 0.0138, "gpt-4o-mini"],
    ["research-company", "quality", 0.195, "gpt-4o"],
    ["generate-cv", "fast", 0.0026, "gpt-4o-mini"],
    ["generate-cv", "balanced", 0.0213, "gpt-4o"],
    ["generate-cv", "quality", 0.3, "claude-opus-4-5-20251101"],
  ] as const)("%s, %s: %d", (operation, tier, cost, model) => {
    const { estimates, total_cost_usd: total } = estimateCosts([operation], tier, "word");
    expect(estimates).toEqual([{ operation, cost_usd: expect.closeTo(cost, 3), model, tier: "word" }]);
    expect(total).toBe(estimates[0]?.cost_usd);
  });

  it("are added up", () => {
    expect(estimateCosts(["structure-jd", "generate-cv"], "quality", "A").total_cost_usd).toBe(0.4425);
    expect(estimateCosts([], "fast", "fast")).toEqual({ estimates: [], total_cost_usd: 0 });
  });

  it("are not made of other words", () => {
    expect(() => estimateCosts(["all-ops", "structure-jd", "toString"], "fast", "fast")).toThrow(
      "Invalid operations: all-ops, toString. Valid: structure-jd, research-company, generate-cv",
    );
  });
});
