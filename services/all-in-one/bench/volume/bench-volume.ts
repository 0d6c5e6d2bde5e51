import { join } from "node:path";
import { openCluster } from "./database.js";
import type { Row, VolumeContext, VolumeFigure } from "./figure.js";
import { measureLatency } from "./figures/latency.js";
import { measureLists } from "./figures/lists.js";
import { measureMemory } from "./figures/memory.js";
import { measurePlaces } from "./figures/places.js";
import { measureRetention } from "./figures/retention.js";
import { measureTakeOver } from "./figures/take-over.js";
import { type SchedulerProcess, startScheduler } from "./scheduler-process.js";
import { machineLoad } from "./measure/samples.js";
import { type FigureName, readVolumeOptions, usage, type VolumeOptions } from "./options.js";

const figures: Readonly<Record<FigureName, VolumeFigure>> = {
  memory: measureMemory,
  places: measurePlaces,
  lists: measureLists,
  latency: measureLatency,
  "take-over": measureTakeOver,
  retention: measureRetention,
};

/** Inside the checkout, and outside of what is versioned. */
const cache = join(import.meta.dirname, "../../../../node_modules/.cache/switchyard-volume");

/**
 * Measures a scheduler that has millions of jobs: a table for people, and a line of JSON for each row. The database is filled at the first run and kept. Progress
 * goes to standard error.
 */
export async function benchVolume(args: readonly string[]): Promise<void> {
  const options = optionsOrUsage(args);
  if (options === undefined) return;
  const say = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
  const cluster = await openCluster(options.directory, say);
  const shared = createSharedScheduler(async () => startScheduler((await cluster.filled(options)).url));
  try {
    for (const name of options.figures) {
      say(`${name} ...`);
      const before = await machineLoad();
      const rows = await figures[name]({ cluster, options, say, ...shared });
      print(name, rows, `load ${before} before, ${await machineLoad()} after`);
    }
  } finally {
    await shared.release();
    await cluster.stop();
  }
}

function createSharedScheduler(start: () => Promise<SchedulerProcess>): Pick<VolumeContext, "scheduler" | "release"> {
  let running: Promise<SchedulerProcess> | undefined;
  return {
    scheduler: () => (running ??= start()),
    async release() {
      const stopping = running;
      running = undefined;
      await (await stopping)?.stop();
    },
  };
}

function print(figure: FigureName, rows: readonly Row[], load: string): void {
  process.stdout.write(`\n## ${figure} (${load})\n\n| | | bar | |\n| --- | ---: | ---: | --- |\n`);
  for (const { what, value, unit, bar, note } of rows) {
    const text = value >= 100 ? value.toFixed(0) : value.toFixed(2);
    const missed = bar !== undefined && value > bar ? " **missed**" : "";
    process.stdout.write(
      `| ${what} | ${text} ${unit}${missed} | ${bar === undefined ? "" : `${bar} ${unit}`} | ${note ?? ""} |\n`,
    );
  }
  for (const row of rows) process.stdout.write(`${JSON.stringify({ figure, ...row })}\n`);
}

function optionsOrUsage(args: readonly string[]): VolumeOptions | undefined {
  try {
    return readVolumeOptions(args, cache);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}\n`);
    process.exitCode = 1;
    return undefined;
  }
}
