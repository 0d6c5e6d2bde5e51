import { withTimeout } from "@switchyard/testkit";
import fc from "fast-check";
import { createArena, type Arena } from "./world/arena.js";
import type { Feature } from "./features/feature.js";
import { runSequence, type Sequence, sequencesOf } from "./sequence.js";
import type { PropertySettings } from "./settings.js";

/** Sequences on one database. A change of owner loads every namespace, so that their number has a price. */
const perArena = 96;

/** What a campaign did. */
export interface CampaignReport {
  readonly sequences: number;
  readonly flushes: number;
  readonly faults: number;
  readonly seconds: number;
  /** Of each sequence that failed: how to repeat it, and the checker's complaints. */
  readonly failures: readonly string[];
}

/** Runs sequences, many at a time on one scheduler, until the number is reached or one fails; then shrinks that one alone. */
export async function runCampaign(
  settings: PropertySettings,
  features: readonly Feature[],
  progress: (text: string) => void,
): Promise<CampaignReport> {
  const startedAt = performance.now();
  const total = { sequences: 0, flushes: 0, faults: 0 };
  const failures: string[] = [];
  for (
    let seed = settings.seed;
    total.sequences < settings.runs && failures.length === 0;
    seed += settings.concurrency
  ) {
    const runs = Math.min(perArena, settings.runs - total.sequences);
    const arena = await createArena({ seed, faults: settings.faults });
    try {
      const workers = Math.min(settings.concurrency, runs);
      const results = await Promise.all(
        Array.from({ length: workers }, (_, n) =>
          runWorker(arena, seed + n, Math.floor(runs / workers) + (n < runs % workers ? 1 : 0), features),
        ),
      );
      total.sequences += results.reduce((sum, { runs: done }) => sum + done, 0);
      for (const { failure } of results) if (failure) failures.push(failure);
      failures.push(...arena.findings.map((finding) => `the self-audit found ${finding}`));
    } finally {
      total.flushes += arena.faults.flushes;
      const { before, after, "in-flight": inFlight } = arena.faults.injected;
      total.faults += before + after + inFlight;
      await arena.close();
    }
    progress(`${total.sequences} sequences, ${Math.round((performance.now() - startedAt) / 1_000)} s`);
  }
  return { ...total, seconds: (performance.now() - startedAt) / 1_000, failures };
}

/** A sequence takes a few seconds, most of them waits for its neighbours. Longer than the checker's own patience, which has more to say. */
const sequenceTimeoutMs = 90_000;

async function runWorker(arena: Arena, seed: number, runs: number, features: readonly Feature[]) {
  let number = 0;
  const property = fc.asyncProperty(sequencesOf(features), async (sequence: Sequence) => {
    const namespace = `p-${seed}-${++number}`;
    // One that hangs has to be found among its neighbours, and told with its steps.
    const ended = runSequence(arena, namespace, sequence, features);
    const complaints = await withTimeout(ended, sequenceTimeoutMs, `the end of sequence ${namespace}`);
    if (complaints.length > 0) throw new Error(complaints.join("\n"));
  });
  // Shrinking among others would chase chance; it is done alone, see `repeatAlone`.
  const details = await fc.check(property, { seed, numRuns: runs, endOnFailure: true });
  const failure = details.failed
    ? `PROPERTY_SEED=${details.seed} PROPERTY_PATH=${details.counterexamplePath}\n${String(details.errorInstance)}\n${JSON.stringify(details.counterexample)}`
    : undefined;
  return { runs: details.numRuns, failure };
}

/** How often a sequence is tried alone before it counts as one that passes: faults come by chance. */
const triesAlone = 5;

/** Runs one sequence alone and shrinks it. Returns the smallest that fails, in words, or undefined when it passes. */
export async function repeatAlone(
  { seed, path, faults }: PropertySettings,
  features: readonly Feature[],
): Promise<string | undefined> {
  const arena = await createArena({ seed, faults });
  let number = 0;
  try {
    const property = fc.asyncProperty(sequencesOf(features), async (sequence: Sequence) => {
      for (let tries = 0; tries < triesAlone; tries++) {
        const complaints = await runSequence(arena, `alone-${++number}`, sequence, features);
        const found = [...complaints, ...arena.findings];
        if (found.length > 0) throw new Error(found.join("\n"));
      }
    });
    const details = await fc.check(property, { seed, ...(path && { path }), numRuns: 1 });
    if (!details.failed) return undefined;
    return `shrunk ${details.numShrinks} times to\n${JSON.stringify(details.counterexample)}\n${String(details.errorInstance)}`;
  } finally {
    await arena.close();
  }
}
