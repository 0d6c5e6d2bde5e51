import type { RunSummary, ShrinkSummary } from "../worker.js";
import type { Workers } from "./workers.js";

/** What came of a search. */
export interface Search {
  /** Seeds that were run. */
  readonly seeds: number;
  /** The first seed, in the order of seeds, that broke a rule. */
  readonly failing: RunSummary["failing"][number] | undefined;
  readonly faults: ReadonlyMap<string, number>;
  readonly events: number;
  readonly jobs: number;
  readonly virtualMs: number;
  readonly cpuMs: number;
  readonly ms: number;
  /** Seeds that did not happen in the same way twice. */
  readonly undetermined: readonly number[];
}

/** Seeds for a worker at a time; one of them is run twice. */
const batch = 25;

/** Runs seeds until all are done, the time is over, or one breaks a rule. */
export async function runSeeds(
  workers: Workers,
  {
    from,
    count,
    endsAt,
    onProgress,
  }: {
    readonly from: number;
    readonly count: number;
    /** On the machine's monotonic clock, ms. */
    readonly endsAt: number;
    readonly onProgress: (search: Search) => void;
  },
): Promise<Search> {
  const began = performance.now();
  const faults = new Map<string, number>();
  const total = { seeds: 0, events: 0, jobs: 0, virtualMs: 0, cpuMs: 0 };
  const failing: RunSummary["failing"][number][] = [];
  const undetermined: number[] = [];
  let next = from;
  const stateNow = (): Search => ({
    ...total,
    faults,
    undetermined,
    failing: failing.toSorted((a, b) => a.seed - b.seed)[0],
    ms: performance.now() - began,
  });
  const work = async () => {
    while (next < from + count && failing.length === 0 && performance.now() < endsAt) {
      const first = next;
      next += batch;
      const summary = (await workers.perform({
        do: "run",
        from: first,
        count: Math.min(batch, from + count - first),
      })) as RunSummary;
      total.seeds += summary.seeds;
      total.events += summary.events;
      total.jobs += summary.jobs;
      total.virtualMs += summary.virtualMs;
      total.cpuMs += summary.cpuMs;
      for (const [kind, n] of Object.entries(summary.faults)) faults.set(kind, (faults.get(kind) ?? 0) + n);
      failing.push(...summary.failing);
      if (summary.digests[0] !== summary.digests[1]) undetermined.push(first);
      onProgress(stateNow());
    }
  };
  await Promise.all(Array.from({ length: workers.size }, work));
  return stateNow();
}

/** Makes a failing seed as small as possible. */
export async function shrinkSeed(workers: Workers, seed: number, kept?: readonly string[]): Promise<ShrinkSummary> {
  return (await workers.perform({ do: "shrink", seed, kept })) as ShrinkSummary;
}
