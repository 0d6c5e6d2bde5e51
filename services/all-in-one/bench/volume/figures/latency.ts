import { setTimeout as sleep } from "node:timers/promises";
import { median } from "../../scheduler/measure/median.js";
import type { Row, VolumeContext } from "../figure.js";
import type { SchedulerApi } from "../fill/patterns.js";
import { claimOne, endOne, submitOne } from "../measure/job-calls.js";
import { Samples } from "../measure/samples.js";
import { startSteadyLoad } from "../measure/steady-load.js";
import { startScheduler } from "../scheduler-process.js";

/** Jobs, one after the other, of a measurement without other load, and the pause between two. */
const idleJobs = 400;
const idlePauseMs = 10;
const steadyMs = 15_000;
/** The least backlog: a claim finds a job in both databases. */
const fewWaiting = 1_000;

/** The times of submits and claims with a large history and backlog, and without, in turns. Each round has its own quantiles, and says how many times as long the filled side took; the median of that counts. */
export async function measureLatency({ cluster, options, say, scheduler }: VolumeContext): Promise<Row[]> {
  const empty = await cluster.filled({ finished: 0, waiting: fewWaiting });
  const sides = {
    filled: await scheduler(),
    empty: await startScheduler(empty.url),
  };
  const found: Record<string, number[]> = {};
  const note = (name: string, value: number) => {
    found[name] = [...(found[name] ?? []), value];
  };
  try {
    for (const api of Object.values(sides)) await measureIdle(api, 200);
    for (let round = 0; round < options.rounds; round++) {
      // Each side is first in every second round.
      const order = round % 2 === 0 ? (["filled", "empty"] as const) : (["empty", "filled"] as const);
      for (const side of order) {
        const api = sides[side];
        const before = [await api.cpuMs(), await cluster.cpuMs()] as const;
        const idle = await measureIdle(api, idleJobs);
        const after = [await api.cpuMs(), await cluster.cpuMs()] as const;
        note(`${side} processor`, (after[0] - before[0]) / idleJobs);
        note(`${side} PostgreSQL`, (after[1] - before[1]) / idleJobs);
        const load = startSteadyLoad(api, options.rate);
        await sleep(steadyMs);
        const steady = await load.stop();
        for (const [mode, times] of [["idle", idle] as const, ["steady", steady] as const])
          for (const call of ["submit", "claim"] as const)
            for (const share of [0.5, 0.99]) note(`${side} ${mode} ${call} ${share}`, times[call].quantile(share));
        say(
          `round ${round + 1}, ${side}: ${["submit", "claim"].map((call) => `${call} p99 ${found[`${side} idle ${call} 0.99`]?.at(-1)?.toFixed(1)} idle, ${found[`${side} steady ${call} 0.99`]?.at(-1)?.toFixed(1)} steady`).join("; ")}`,
        );
      }
    }
  } finally {
    await sides.empty.stop();
  }
  return rowsOf(found, options.rate);
}

async function measureIdle(api: SchedulerApi, jobs: number) {
  const times = { submit: new Samples(), claim: new Samples(), end: new Samples() };
  for (let i = 0; i < jobs; i++) {
    await times.submit.time(() => submitOne(api));
    const lease = await times.claim.time(() => claimOne(api));
    await times.end.time(() => endOne(api, lease));
    await sleep(idlePauseMs);
  }
  return times;
}

function rowsOf(found: Readonly<Record<string, readonly number[]>>, perSecond: number): Row[] {
  const rows: Row[] = [];
  for (const mode of ["idle", "steady"]) {
    for (const call of ["submit", "claim"]) {
      for (const share of [0.5, 0.99]) {
        const name = `${mode} ${call} ${share}`;
        const each = ["filled", "empty"].map((side) => found[`${side} ${name}`]?.map((ms) => ms.toFixed(1)).join(" "));
        rows.push({
          what: `${call} p${share * 100}, ${mode === "idle" ? "one by one" : `${perSecond} jobs/s`}: of empty`,
          ...ofEmpty(found, name),
          ...(share === 0.99 && { bar: 1.2 }),
          note: `rounds ${each.join(" | ")} ms`,
        });
      }
    }
  }
  for (const who of ["processor", "PostgreSQL"]) {
    rows.push({
      what:
        who === "processor"
          ? "processor time of the scheduler for a job, one by one: of empty"
          : "the same, of PostgreSQL",
      ...ofEmpty(found, who),
      note: `${median(found[`filled ${who}`] ?? []).toFixed(2)} ms against ${median(found[`empty ${who}`] ?? []).toFixed(2)}`,
    });
  }
  return rows;
}

/**
 * How much more one side took than the other: the median of what the rounds say. What a machine gives changes within minutes by more than the sides
 * differ, and the two halves of a round are next to each other.
 */
function ofEmpty(found: Readonly<Record<string, readonly number[]>>, name: string): Pick<Row, "value" | "unit"> {
  const empty = found[`empty ${name}`] ?? [];
  const ratios = (found[`filled ${name}`] ?? []).map((ms, round) => ms / (empty[round] ?? Number.NaN));
  return { value: median(ratios), unit: "x" };
}
