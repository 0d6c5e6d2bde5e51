import { partOfPlan, partsOf, type Kept } from "./plan/part-of-plan.js";
import type { Plan } from "./plan/plan.js";
import { type RunResult, simulate } from "./simulate.js";

/** A run that still breaks the rule, and what is left of its plan. */
export interface Shrunk {
  readonly kept: Kept;
  readonly result: RunResult;
  /** Runs that it took. */
  readonly runs: number;
}

/** Tries at making a run smaller. */
const mostRuns = 300;

/**
 * Leaves out as much of a failing plan as possible, such that the same rule is broken: halves first, then ever smaller pieces, until no single piece can be left out
 * any more.
 */
export async function shrink(plan: Plan, rule: string, begin: Kept = partsOf(plan)): Promise<Shrunk> {
  const breaks = ({ violations }: RunResult) => violations.some((violation) => violation.rule === rule);
  let kept = begin;
  let result = await simulate(partOfPlan(plan, kept));
  let runs = 1;
  for (let size = Math.ceil(kept.length / 2); size >= 1 && runs < mostRuns; ) {
    let smaller = false;
    for (let at = 0; at < kept.length && runs < mostRuns; ) {
      const without = [...kept.slice(0, at), ...kept.slice(at + size)];
      const tried = await simulate(partOfPlan(plan, without));
      runs++;
      if (breaks(tried)) {
        kept = without;
        result = tried;
        smaller = true;
      } else at += size;
    }
    if (size === 1 && !smaller) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return { kept, result, runs };
}
