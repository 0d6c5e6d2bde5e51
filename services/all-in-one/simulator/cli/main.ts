import { rmSync } from "node:fs";
import { bugs } from "../bugs/bugs.js";
import { faultKinds } from "../plan/fault.js";
import type { ShrinkSummary } from "../worker.js";
import { bundleSimulator } from "./bundle.js";
import { findBug } from "./find-bugs.js";
import { type Options, readOptions } from "./options.js";
import { runSeeds, type Search, shrinkSeed } from "./run-seeds.js";
import { startWorkers } from "./workers.js";

/** Seeds in which a planted bug has to be found. */
const seedsForBug = 10_000;

const say = (line: string) => void process.stdout.write(`${line}\n`);
const options = readOptions(process.argv.slice(2));
process.exitCode = (await (options.bugs ? huntBugs(options) : search(options))) ? 0 : 1;

/** Looks at one seed, or runs many. Returns whether no rule was broken. */
async function search({ bug: name, kept, ...asked }: Options): Promise<boolean> {
  const bug = name === undefined ? undefined : bugs.find((known) => known.name === name);
  if (name !== undefined && !bug)
    throw new Error(`no bug is named ${name}; there are ${bugs.map((b) => b.name).join(", ")}`);
  const bundle = await bundleSimulator(bug);
  const workers = startWorkers(bundle, asked.replay ? 1 : asked.workers);
  try {
    if (asked.replay) {
      const replayed = (await workers.perform({ do: "replay", seed: asked.seed, kept })) as ShrinkSummary;
      show(replayed, bug?.name);
      return replayed.violations.length === 0;
    }
    const endsAt = asked.minutes === undefined ? Number.POSITIVE_INFINITY : performance.now() + asked.minutes * 60_000;
    let saidAt = performance.now();
    const found = await runSeeds(workers, {
      ...{ from: asked.seed, count: asked.seeds, endsAt },
      onProgress(now) {
        if (performance.now() - saidAt < 10_000) return;
        saidAt = performance.now();
        say(progressOf(now));
      },
    });
    say(progressOf(found));
    for (const line of countsOf(found)) say(line);
    if (!found.failing) return found.undetermined.length === 0;
    say(`seed ${found.failing.seed} breaks ${[...new Set(found.failing.rules)].join(", ")}; making it smaller`);
    show(await shrinkSeed(workers, found.failing.seed), bug?.name);
    return false;
  } finally {
    workers.stop();
    rmSync(bundle, { force: true });
  }
}

function progressOf({ seeds, ms, cpuMs, virtualMs }: Search): string {
  const perMinute = Math.round((seeds / ms) * 60_000);
  const each = `${(cpuMs / seeds).toFixed(1)} ms of CPU and ${(virtualMs / seeds / 1_000).toFixed(1)} virtual seconds each`;
  return `${seeds} seeds, ${perMinute} a minute, ${each}`;
}

function* countsOf({ faults, jobs, events, undetermined }: Search): Generator<string> {
  yield `${jobs} jobs, ${events} events`;
  yield `faults: ${faultKinds.map((kind) => `${kind} ${faults.get(kind) ?? 0}`).join(", ")}`;
  if (undetermined.length > 0) yield `NOT DETERMINISTIC: seeds ${undetermined.join(", ")} differed when run twice`;
}

function show({ seed, kept, all, violations, history, digest }: ShrinkSummary, bug: string | undefined): void {
  say("");
  for (const line of history) say(line);
  say("");
  for (const violation of violations) say(violation);
  say("");
  say(`${kept.length} of ${all} parts of the plan are left, digest ${digest}. Again:`);
  say(`  npm run simulate -- --seed ${seed} --keep ${kept.join(",")}${bug ? ` --bug ${bug}` : ""}`);
}

/** Plants each bug and waits until it is found. Returns whether all were. */
async function huntBugs({ workers, seed: from, seeds: asked, isLimited }: Options): Promise<boolean> {
  const mostSeeds = isLimited ? asked : seedsForBug;
  let all = true;
  say("| bug | rule | found by | seeds | parts left | lines of history |");
  say("|---|---|---|---:|---:|---:|");
  for (const bug of bugs) {
    const { seeds, rules, history, parts } = await findBug(bug, { workers, mostSeeds, from });
    if (seeds === undefined) all = false;
    say(`| ${bug.name} | ${bug.rule} | ${rules.join(", ") || "-"} | ${seeds ?? "not found"} | ${parts} | ${history} |`);
  }
  return all;
}
