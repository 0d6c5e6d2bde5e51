import { describeObservation, describeViolation } from "@switchyard/history";
import { lightenAbortControllers } from "./kernel/light-abort.js";
import { beginMs } from "./kernel/world.js";
import { drawPlan } from "./plan/draw-plan.js";

import { type Kept, partOfPlan, partsOf } from "./plan/part-of-plan.js";
import { shrink } from "./shrink.js";
import { type RunResult, simulate } from "./simulate.js";

/** What a worker is asked for. */
export type Task =
  | { readonly do: "run"; readonly from: number; readonly count: number }
  | { readonly do: "shrink"; readonly seed: number; readonly kept: Kept | undefined }
  | { readonly do: "replay"; readonly seed: number; readonly kept: Kept | undefined };

/** What came of many seeds. */
export interface RunSummary {
  readonly did: "run";
  readonly seeds: number;
  readonly failing: readonly { readonly seed: number; readonly rules: readonly string[]; readonly message: string }[];
  readonly faults: Readonly<Record<string, number>>;
  readonly events: number;
  readonly jobs: number;
  readonly virtualMs: number;
  readonly cpuMs: number;
  /** The first seed's digest, and that of a second run of it. */
  readonly digests: readonly [string, string];
}

/** A failing seed as far as it could be made smaller. */
export interface ShrinkSummary {
  readonly did: "shrink" | "replay";
  readonly seed: number;
  readonly kept: Kept;
  readonly all: number;
  readonly violations: readonly string[];
  readonly history: readonly string[];
  readonly digest: string;
}

/** The answer to a task. */
export type Summary = RunSummary | ShrinkSummary | { readonly did: "fail"; readonly error: string };

async function runSeeds(from: number, count: number): Promise<RunSummary> {
  const failing: { seed: number; rules: string[]; message: string }[] = [];
  const faults: Record<string, number> = {};
  const total = { events: 0, jobs: 0, virtualMs: 0 };
  const began = process.cpuUsage();
  let first: string | undefined;
  for (let seed = from; seed < from + count; seed++) {
    const { violations, faults: counts, events, jobs, virtualMs, digest } = await simulate(drawPlan(seed));
    first ??= digest;
    total.events += events;
    total.jobs += jobs;
    total.virtualMs += virtualMs;
    for (const [kind, n] of counts) faults[kind] = (faults[kind] ?? 0) + n;
    const [violation] = violations;
    if (violation) failing.push({ seed, rules: violations.map(({ rule }) => rule), message: violation.message });
  }
  const { user, system } = process.cpuUsage(began);
  const { digest: second } = await simulate(drawPlan(from));
  const digests = [first ?? "", second] as const;
  return { did: "run", seeds: count, failing, faults, ...total, cpuMs: (user + system) / 1_000, digests };
}

async function shrinkSeed(seed: number, kept: Kept | undefined): Promise<ShrinkSummary> {
  const plan = drawPlan(seed);
  const begin = kept ?? partsOf(plan);
  const whole = await simulate(partOfPlan(plan, begin));
  const rule = whole.violations[0]?.rule;
  if (rule === undefined) return summaryOf("shrink", begin, whole, begin.length);
  const shrunk = await shrink(plan, rule, begin);
  return summaryOf("shrink", shrunk.kept, shrunk.result, begin.length);
}

function summaryOf(did: "shrink" | "replay", kept: Kept, result: RunResult, all: number): ShrinkSummary {
  const { seed, violations, observations, digest } = result;
  const told = observations.filter((what) => what.type !== "seen" && !(what.type === "watch" && what.after === 0));
  const since = (line: string) => line.replaceAll(/\b1767\d{9}(\.\d+)?\b/g, (at) => (Number(at) - beginMs).toFixed(1));
  return {
    did,
    seed,
    kept,
    all,
    violations: violations.map(describeViolation).map(since),
    history: told.map(describeObservation).map(since),
    digest,
  };
}

async function perform(task: Task): Promise<Summary> {
  switch (task.do) {
    case "run":
      return runSeeds(task.from, task.count);
    case "shrink":
      return shrinkSeed(task.seed, task.kept);
    case "replay": {
      const plan = drawPlan(task.seed);
      const kept = task.kept ?? partsOf(plan);
      return summaryOf("replay", kept, await simulate(partOfPlan(plan, kept)), kept.length);
    }
  }
}

lightenAbortControllers();
process.on("message", (task: Task) => {
  perform(task).then(
    (summary) => process.send?.(summary),
    (error: unknown) =>
      process.send?.({ did: "fail", error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
