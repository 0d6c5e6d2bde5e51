import { microDollars } from "./cost-history.js";

/** What was spent of what may be. */
export interface BudgetView {
  readonly total_budget_usd: number | null;
  readonly total_used_usd: number;
  readonly total_remaining_usd: number | null;
  readonly overall_used_percent: number | null;
  readonly trackers_exceeded: number;
  readonly trackers_warning: number;
  readonly trackers_critical: number;
  /** By operation. */
  readonly by_tracker: Readonly<Record<string, { readonly used_usd: number }>>;
}

/**
 * Compares what operations have cost with the budget. There is one budget for all of them, so one tracker at most is in one
 * of the bad states: warning from 80 %, critical from 90 %, exceeded from 100 %.
 *
 * @param budgetUsd undefined where the operator has set none
 */
export function budgetView(costs: ReadonlyMap<string, number>, budgetUsd: number | undefined): BudgetView {
  const used = microDollars([...costs.values()].reduce((sum, cost) => sum + cost, 0));
  const percent = budgetUsd === undefined ? undefined : budgetUsd === 0 ? 100 : (used / budgetUsd) * 100;
  const isIn = (from: number, below: number) => Number(percent !== undefined && percent >= from && percent < below);
  return {
    total_budget_usd: budgetUsd ?? null,
    total_used_usd: used,
    total_remaining_usd: budgetUsd === undefined ? null : Math.max(0, microDollars(budgetUsd - used)),
    overall_used_percent: percent === undefined ? null : Math.round(percent * 10) / 10,
    trackers_exceeded: isIn(100, Number.POSITIVE_INFINITY),
    trackers_warning: isIn(80, 90),
    trackers_critical: isIn(90, 100),
    by_tracker: Object.fromEntries([...costs].map(([operation, cost]) => [operation, { used_usd: cost }])),
  };
}
