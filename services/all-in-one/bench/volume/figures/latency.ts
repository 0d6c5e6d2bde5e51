import { setTimeout as sleep } from "node:timers/promises";
import { median, quantile } from "../../scheduler/measure/median.js";
import type { Row, VolumeContext } from "../figure.js";
import type { SchedulerApi } from "../fill/patterns.js";
import { claimOne, endOne, submitOne } from "../measure/job-calls.js";
import { type LoadTimes, noTimes, startSteadyLoad } from "../measure/steady-load.js";
import { type SchedulerProcess, startScheduler } from "../scheduler-process.js";

/** Jobs, one after the other, of a measurement without other load, and the pause between two. */
const idleJobs = 400;
const idlePauseMs = 10;
/** The steady load goes to the one side and then to the other for so long: what the machine gives changes within minutes, and is the same for both this way. */
const sliceMs = 3_000;
/** Of each side in a round. */
const slices = 5;
/** The least backlog: a claim finds a job in both databases. */
const fewWaiting = 1_000;

const sideNames = ["filled", "empty"] as const;
type Side = (typeof sideNames)[number];
type Sides<T> = Readonly<Record<Side, T>>;

/** The times of submits and claims with a large history and backlog, and without, in turns. */
export async function measureLatency({ cluster, options, say, scheduler }: VolumeContext): Promise<Row[]> {
  const empty = await cluster.filled({ finished: 0, waiting: fewWaiting });
  const sides: Sides<SchedulerProcess> = {
    filled: await scheduler(),
    empty: await startScheduler(empty.url),
  };
  const rounds = { idle: [] as Sides<LoadTimes>[], steady: [] as Sides<LoadTimes>[] };
  const processor: Sides<number[]> = { filled: [], empty: [] };
  const database: Sides<number[]> = { filled: [], empty: [] };
  try {
    for (const api of Object.values(sides)) await measureIdle(api, 200, noTimes());
    for (let round = 0; round < options.rounds; round++) {
      // Each side is first in every second round.
      const order: readonly Side[] = round % 2 === 0 ? sideNames : [...sideNames].reverse();
      const idle: Sides<LoadTimes> = { filled: noTimes(), empty: noTimes() };
      const steady: Sides<LoadTimes> = { filled: noTimes(), empty: noTimes() };
      for (const side of order) {
        const before = [await sides[side].cpuMs(), await cluster.cpuMs()] as const;
        await measureIdle(sides[side], idleJobs, idle[side]);
        processor[side].push((await sides[side].cpuMs()) - before[0]);
        database[side].push((await cluster.cpuMs()) - before[1]);
      }
      await measureSteady(sides, order, options.rate, steady);
      rounds.idle.push(idle);
      rounds.steady.push(steady);
      say(`round ${round + 1}, filled against empty: idle ${p99Of(idle)}; steady ${p99Of(steady)}`);
    }
  } finally {
    await sides.empty.stop();
  }
  return [
    ...rowsOf("one by one", rounds.idle),
    ...rowsOf(`${options.rate} jobs/s`, rounds.steady),
    processorRow("processor time of the scheduler for a job, one by one: of empty", processor),
    processorRow("the same, of PostgreSQL", database),
  ];
}

const calls = ["submit", "claim"] as const;
type Call = (typeof calls)[number];

async function measureIdle(api: SchedulerApi, jobs: number, times: LoadTimes): Promise<void> {
  for (let i = 0; i < jobs; i++) {
    await times.submit.time(() => submitOne(api));
    const lease = await times.claim.time(() => claimOne(api));
    await times.end.time(() => endOne(api, lease));
    await sleep(idlePauseMs);
  }
}

/** A load of each side in turns. */
async function measureSteady(
  sides: Sides<SchedulerApi>,
  order: readonly Side[],
  perSecond: number,
  times: Sides<LoadTimes>,
) {
  for (let slice = 0; slice < slices; slice++) {
    for (const side of order) {
      const load = startSteadyLoad(sides[side], perSecond, times[side]);
      await sleep(sliceMs);
      await load.stop();
    }
  }
}

function p99Of(times: Sides<LoadTimes>): string {
  const of = (call: Call) => sideNames.map((side) => times[side][call].quantile(0.99).toFixed(1)).join(" against ");
  return calls.map((call) => `${call} p99 ${of(call)}`).join(", ");
}

function rowsOf(mode: string, rounds: readonly Sides<LoadTimes>[]): Row[] {
  return calls.flatMap((call) =>
    [0.5, 0.99].map((share) => {
      const each = sideNames.map((side) =>
        rounds.map((times) => times[side][call].quantile(share).toFixed(1)).join(" "),
      );
      const [filled, empty] = sideNames.map((side) =>
        quantile(
          rounds.flatMap((times) => times[side][call].values),
          share,
        ),
      );
      return {
        what: `${call} p${share * 100}, ${mode}: of empty`,
        value: (filled ?? Number.NaN) / (empty ?? Number.NaN),
        unit: "x",
        ...(share === 0.99 && { bar: 1.2 }),
        note: `${filled?.toFixed(1)} against ${empty?.toFixed(1)} ms; rounds ${each.join(" | ")}`,
      };
    }),
  );
}

function processorRow(what: string, used: Sides<readonly number[]>): Row {
  const of = (side: Side) => median(used[side]) / idleJobs;
  return {
    what,
    value: of("filled") / of("empty"),
    unit: "x",
    note: `${of("filled").toFixed(2)} ms against ${of("empty").toFixed(2)}`,
  };
}
