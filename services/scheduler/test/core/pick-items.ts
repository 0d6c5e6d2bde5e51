import type { ParentRequest } from "../../src/domain/core/admit.js";
import type { Command } from "./core-commands.js";
import type { TestJob } from "./test-jobs.js";

/** The jobs of a submit: with their start times from now on, and their parents among the known jobs and the earlier items. */
export function pickItems(
  { jobs }: Extract<Command, { do: "submit" }>,
  known: readonly number[],
  now: number,
): TestJob[] {
  return jobs.map(({ after, ...job }, i): TestJob => {
    const parents = new Map<string, ParentRequest>();
    for (const { of, pick, satisfiedBy, otherwise } of after) {
      // Only earlier items: circles have a test of their own.
      if (of === "item" && i > 0) parents.set(`item ${pick % i}`, { item: pick % i, satisfiedBy, otherwise });
      const serial = known[pick % known.length];
      if (of === "job" && serial) parents.set(`job ${serial}`, { serial, satisfiedBy, otherwise });
    }
    return { ...job, readyAt: job.readyAt ? now + job.readyAt : 0, parents: [...parents.values()] };
  });
}
