import type { Plan } from "./plan.js";

/** What is kept of a plan: work (`w3`), faults (`f0`) and runners (`r1`), by their places in it. */
export type Kept = readonly string[];

/** The names of all that may be left out of a plan. The first runner can do everything, and stays. */
export function partsOf({ work, faults, runners }: Plan): string[] {
  return [
    ...faults.map((_, i) => `f${i}`),
    ...work.map((_, i) => `w${i}`),
    ...runners.slice(1).map((_, i) => `r${i + 1}`),
  ];
}

/** The plan with only some of its parts, everything else as it was. Work without the jobs that it is about does nothing. */
export function partOfPlan(plan: Plan, kept: Kept): Plan {
  const isKept = new Set(kept);
  const runners = plan.runners.filter((_, i) => i === 0 || isKept.has(`r${i}`));
  return {
    ...plan,
    runners,
    work: plan.work.filter((_, i) => isKept.has(`w${i}`)),
    faults: plan.faults.filter((_, i) => isKept.has(`f${i}`)),
  };
}
