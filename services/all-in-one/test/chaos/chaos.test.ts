import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeViolation } from "@switchyard/history";
import { expect, it } from "vitest";
import { describeResult, keepResult, resultOf } from "./results.js";
import { runRound } from "./round.js";

const setting = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const minutes = setting("CHAOS_MINUTES", 0);
/** A history is held in memory while it is checked. */
const roundMinutes = Math.min(minutes, setting("CHAOS_ROUND_MINUTES", 5));
const rounds = minutes > 0 ? Math.round(minutes / roundMinutes) : 0;
const seed = setting("CHAOS_SEED", 1);
const results = process.env["CHAOS_RESULTS"];

it.runIf(rounds === 0).todo("is run for as long as CHAOS_MINUTES says");

/** Faults of every class for minutes, in rounds of an installation each: `npm run test:chaos`. */
it.each(Array.from({ length: rounds }, (_, i) => seed + i))(
  "what is acknowledged stays, and nothing is done twice, whatever dies (seed %i)",
  { timeout: (roundMinutes + 30) * 60_000 },
  async (roundSeed) => {
    const directory = await mkdtemp(join(process.env["CHAOS_DIRECTORY"] ?? tmpdir(), `switchyard-chaos-${roundSeed}-`));
    // The database's user must be able to enter it.
    await chmod(directory, 0o755);
    const round = await runRound({
      ...{ directory, seed: roundSeed, rate: setting("CHAOS_RATE", 300), standby: true },
      ...{ schedulers: setting("CHAOS_SCHEDULERS", 3), shards: setting("CHAOS_SHARDS", 4), replicas: 2, runners: 2 },
      ...{ forMs: roundMinutes * 60_000, gapMs: setting("CHAOS_GAP_MS", 8_000) },
    });
    const result = resultOf(round);
    console.info(`seed ${roundSeed}: ${describeResult(result)}`);
    if (results !== undefined) console.info(`all of ${results}: ${describeResult(keepResult(results, result))}`);
    if (round.violations.length === 0) {
      if (process.env["CHAOS_KEEP"] === undefined) await rm(directory, { recursive: true, force: true });
      return;
    }
    await writeFile(join(directory, "violations.txt"), round.violations.map(describeViolation).join("\n\n"));
    expect(round.violations.slice(0, 20).map(describeViolation), `see ${directory}`).toEqual([]);
  },
);
