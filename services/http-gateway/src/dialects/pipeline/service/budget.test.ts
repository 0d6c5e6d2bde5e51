import { describe, expect, it } from "vitest";
import { budgetView } from "./budget.js";

const costs = new Map([
  ["generate-cv", 7.5],
  ["extract", 0.5],
]);

describe("the budget", () => {
  it("is compared with what all operations have cost", () => {
    expect(budgetView(costs, 20)).toEqual({
      ...{ total_budget_usd: 20, total_used_usd: 8, total_remaining_usd: 12, overall_used_percent: 40 },
      ...{ trackers_exceeded: 0, trackers_warning: 0, trackers_critical: 0 },
      by_tracker: { "generate-cv": { used_usd: 7.5 }, extract: { used_usd: 0.5 } },
    });
  });

  it.each([
    [10.01, 0, 0, 0],
    [10, 1, 0, 0],
    [8.8, 0, 1, 0],
    [8, 0, 0, 1],
    [4, 0, 0, 1],
    [0, 0, 0, 1],
  ])("of %d USD: warning %d, critical %d, exceeded %d", (budget, warning, critical, exceeded) => {
    expect(budgetView(costs, budget)).toMatchObject({
      ...{ trackers_warning: warning, trackers_critical: critical, trackers_exceeded: exceeded },
      total_remaining_usd: Math.max(0, Math.round((budget - 8) * 100) / 100),
    });
  });

  it("may be none", () => {
    expect(budgetView(new Map(), undefined)).toMatchObject({
      ...{ total_budget_usd: null, total_used_usd: 0, total_remaining_usd: null, overall_used_percent: null },
      trackers_exceeded: 0,
    });
  });
});
