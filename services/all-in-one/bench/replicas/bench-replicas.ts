import { setTimeout as sleep } from "node:timers/promises";
import { type BenchServer, startBenchServer } from "../scheduler/database/bench-server.js";
import { familyCpu } from "../scheduler/measure/cpu-time.js";
import { median } from "../scheduler/measure/median.js";
import { machineLoad } from "../volume/measure/samples.js";
import { type Layout, type LayoutPlan, startLayout } from "./layout.js";
import { loadAtRate, loadFlatOut, type LoadResult } from "./load.js";
import { namespacesOver } from "./namespaces.js";
import { readReplicasOptions, type ReplicasOptions, usage } from "./options.js";

const plans: readonly LayoutPlan[] = [
  { name: "one scheduler, one shard", schedulers: 1, shards: 1 },
  { name: "one scheduler, two shards", schedulers: 1, shards: 2 },
  { name: "two schedulers, a shard each", schedulers: 2, shards: 2 },
];

/** Schedulers of the largest layout. */
const mostSchedulers = Math.max(...plans.map(({ schedulers }) => schedulers));
/** Namespaces of each of two shards. */
const namespacesEach = 4;
/** Jobs that each scheduler has done before it counts, since Node compiles what runs often: two schedulers need twice as many as one to be as warm. */
const warmUpJobs = 60_000;

/** One layout under one load, once. Processor times in ms. */
interface Measured {
  readonly jobsPerSecond: number;
  readonly schedulerMsPerJob: number;
  readonly postgresMsPerJob: number;
  readonly flushesPerJob: number;
  readonly walBytesPerJob: number;
  readonly forwarded: number;
}

type Load = (layout: Layout) => Promise<LoadResult>;

/**
 * Measures what a second scheduler costs and brings: the same load on three layouts, in turns. A table for people, and a line of JSON for each of its rows. Progress
 * goes to standard error.
 */
export async function benchReplicas(args: readonly string[]): Promise<void> {
  const options = optionsOrUsage(args);
  if (options === undefined) return;
  const say = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
  const server = await startBenchServer(1_024);
  const layouts: Layout[] = [];
  try {
    for (const [n, plan] of plans.entries())
      layouts.push(await startLayout(plan, await server.createDatabase(`layout_${n}`)));
    const namespaces = await namespacesOver(layouts.at(-1) as Layout, namespacesEach);
    const shareOf = ({ schedulers }: Layout) => namespaces.slice(0, (namespaces.length * schedulers) / mostSchedulers);
    const rateOf = ({ schedulers }: Layout) => (options.rate * schedulers) / mostSchedulers;
    const loads: Readonly<Record<string, Load>> = {
      [`${options.rate} jobs/s`]: (layout) => loadAtRate(layout, namespaces, options),
      "flat out": (layout) => loadFlatOut(layout, namespaces, options),
      [`${options.rate / mostSchedulers} jobs/s for each scheduler`]: (layout) =>
        loadAtRate(layout, shareOf(layout), { ...options, rate: rateOf(layout) }),
      "flat out, as many callers for each scheduler": (layout) => loadFlatOut(layout, shareOf(layout), options),
      idle: async () => {
        await sleep(options.seconds * 1_000);
        return { jobs: 0, seconds: options.seconds };
      },
    };
    for (const layout of layouts) {
      say(`warming up: ${layout.name}`);
      for (let left = warmUpJobs * layout.schedulers; left > 0; )
        left -= (await loadFlatOut(layout, namespaces, { ...options, seconds: 2 })).jobs;
    }
    for (const [name, load] of Object.entries(loads)) {
      const before = await machineLoad();
      const rows = await measureInTurns(server, layouts, load, options, (text) => say(`${name}, ${text}`));
      print(name, rows, `load ${before} before, ${await machineLoad()} after`);
    }
  } finally {
    for (const layout of layouts) await layout.stop();
    await server.stop();
  }
}

/** Measures every layout so many times: A B C A B C. The medians, by layout. */
async function measureInTurns(
  server: BenchServer,
  layouts: readonly Layout[],
  load: Load,
  { rounds }: ReplicasOptions,
  say: (text: string) => void,
): Promise<ReadonlyMap<string, Measured>> {
  const measured = new Map<string, Measured[]>(layouts.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const layout of layouts) {
      const result = await measureOnce(server, layout, load);
      measured.get(layout.name)?.push(result);
      say(`round ${round}, ${layout.name}: ${JSON.stringify(result)}`);
    }
  }
  const middle = (all: readonly Measured[]): Measured => {
    const of = (key: keyof Measured) => median(all.map((one) => one[key]));
    return {
      jobsPerSecond: of("jobsPerSecond"),
      schedulerMsPerJob: of("schedulerMsPerJob"),
      postgresMsPerJob: of("postgresMsPerJob"),
      flushesPerJob: of("flushesPerJob"),
      walBytesPerJob: of("walBytesPerJob"),
      forwarded: of("forwarded"),
    };
  };
  return new Map([...measured].map(([name, all]) => [name, middle(all)]));
}

/** Without jobs, what is said of a job is said of a second. */
async function measureOnce(server: BenchServer, layout: Layout, load: Load): Promise<Measured> {
  await server.admin.query("checkpoint");
  const read = async () => ({
    scheduler: await layout.cpuMs(),
    postgres: (await familyCpu(server.pid)) / 1_000,
    flushes: await layout.flushes(),
    wal: await server.walBytes(),
    forwarded: await layout.forwarded(),
  });
  const before = await read();
  const { jobs, seconds } = await load(layout);
  const after = await read();
  const each = jobs || seconds;
  return {
    jobsPerSecond: jobs / seconds,
    schedulerMsPerJob: (after.scheduler - before.scheduler) / each,
    postgresMsPerJob: (after.postgres - before.postgres) / each,
    flushesPerJob: (after.flushes - before.flushes) / each,
    walBytesPerJob: (after.wal - before.wal) / each,
    forwarded: after.forwarded - before.forwarded,
  };
}

function print(name: string, rows: ReadonlyMap<string, Measured>, load: string): void {
  const [first] = rows.values();
  const each = first?.jobsPerSecond === 0 ? "second" : "job";
  const head = ["", "jobs/s", `scheduler ms/${each}`, "of the first", `PostgreSQL ms/${each}`];
  const cells = [...head, `flushes/${each}`, `WAL bytes/${each}`, "forwarded calls"];
  process.stdout.write(`\n## ${name} (${load})\n\n| ${cells.join(" | ")} |\n| --- ${"| ---: ".repeat(7)}|\n`);
  for (const [layout, row] of rows) {
    const ratio = row.schedulerMsPerJob / (first?.schedulerMsPerJob ?? Number.NaN);
    const numbers = [
      ...[row.jobsPerSecond.toFixed(0), row.schedulerMsPerJob.toFixed(3), ratio.toFixed(2)],
      ...[row.postgresMsPerJob.toFixed(3), row.flushesPerJob.toFixed(3), row.walBytesPerJob.toFixed(0)],
      row.forwarded.toFixed(0),
    ];
    process.stdout.write(`| ${layout} | ${numbers.join(" | ")} |\n`);
  }
  for (const [layout, row] of rows) process.stdout.write(`${JSON.stringify({ load: name, layout, ...row })}\n`);
}

function optionsOrUsage(args: readonly string[]): ReplicasOptions | undefined {
  try {
    return readReplicasOptions(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}\n`);
    process.exitCode = 1;
    return undefined;
  }
}
