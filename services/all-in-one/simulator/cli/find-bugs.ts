import { rmSync } from "node:fs";
import type { Bug } from "../bugs/bug.js";
import { bundleSimulator } from "./bundle.js";
import { runSeeds, shrinkSeed } from "./run-seeds.js";
import { startWorkers } from "./workers.js";

/** How a planted bug was found. */
export interface FoundBug {
  readonly bug: Bug;
  /** Seeds that it took; undefined: it was not found. */
  readonly seeds: number | undefined;
  readonly seed: number | undefined;
  /** Rules that the simulator said were broken. */
  readonly rules: readonly string[];
  /** Lines of the shrunk history, and parts of the plan that were left. */
  readonly history: number;
  readonly parts: number;
}

/** Runs seeds against a planted bug until one breaks a rule, and makes that one small. */
export async function findBug(
  bug: Bug,
  { workers: size, mostSeeds, from }: { readonly workers: number; readonly mostSeeds: number; readonly from: number },
): Promise<FoundBug> {
  const bundle = await bundleSimulator(bug);
  const workers = startWorkers(bundle, size);
  try {
    const { failing } = await runSeeds(workers, {
      from,
      count: mostSeeds,
      endsAt: Number.POSITIVE_INFINITY,
      onProgress: () => undefined,
    });
    if (!failing) return { bug, seeds: undefined, seed: undefined, rules: [], history: 0, parts: 0 };
    const { kept, history } = await shrinkSeed(workers, failing.seed);
    const rules = [...new Set(failing.rules)];
    return {
      bug,
      seeds: failing.seed - from + 1,
      seed: failing.seed,
      rules,
      history: history.length,
      parts: kept.length,
    };
  } finally {
    workers.stop();
    rmSync(bundle, { force: true });
  }
}
