import { setTimeout as sleep } from "node:timers/promises";
import { firstSerial } from "../database.js";
import type { Row, VolumeContext } from "../figure.js";
import { fillDay } from "../fill/fill-day.js";
import { retention } from "../fill/fill.js";
import { planOldDay } from "../fill/plan.js";
import type { Samples } from "../measure/samples.js";
import { type LoadTimes, startSteadyLoad } from "../measure/steady-load.js";
import { startScheduler } from "../scheduler-process.js";
import { median } from "../../scheduler/measure/median.js";

/** From the start of a term to its first look at what is over: the load is in its stride by then. */
const lookAfterMs = 12_000;

/** A bucket of a past month is dropped while jobs come and go: how long the drop takes, and how long anybody waits meanwhile. */
export async function measureRetention({ cluster, options, say, release }: VolumeContext): Promise<Row[]> {
  await release();
  const { url, pool } = await cluster.filled(options);
  const found: { dropMs: number; longest: number; before: number }[] = [];
  for (let drop = 0; drop < Math.min(3, options.rounds); drop++) {
    const { rows } = await pool.query<{ first: number | null }>(
      "select min(first_serial) as first from scheduler.serial_marks where first_serial < $1",
      [firstSerial],
    );
    if (rows[0]?.first != null) throw new Error("a bucket of a run before has not been dropped");
    const from = 1 + drop * options.bucket;
    if (from + options.bucket > firstSerial) throw new Error("there is no room for so large a bucket");
    const plan = planOldDay(options.bucket, retention, Date.now(), 100 - drop, from);
    say(`filling bucket ${plan.bucket}`);
    await fillDay(pool, plan);
    await pool.query(`vacuum (analyze) scheduler.jobs_${plan.bucket}`);
    await pool.query(`vacuum (analyze) scheduler.outcomes_${plan.bucket}`);
    await pool.query("checkpoint");
    const api = await startScheduler(url, { SCHEDULER_HISTORY_INTERVAL_MS: String(lookAfterMs) });
    try {
      const load = startSteadyLoad(api, options.rate);
      await sleep(4_000);
      const before = longestOf(load.times);
      for (const { values } of Object.values(load.times)) values.length = 0;
      // As the scheduler says itself: from the first look at the bucket until its tables are gone.
      const dropped = await api.process.line(new RegExp(`"number":${plan.bucket},"ms":(\\d+)`), 120_000);
      const dropMs = Number(dropped[1]);
      await sleep(3_000);
      const times = await load.stop();
      found.push({ dropMs, longest: longestOf(times), before });
      say(`drop ${dropMs} ms, longest wait ${longestOf(times).toFixed(0)} ms (before ${before.toFixed(0)})`);
    } finally {
      await api.stop();
    }
  }
  const each = (of: (drop: (typeof found)[number]) => number) => found.map((drop) => of(drop).toFixed(0)).join(", ");
  const jobs = options.bucket.toLocaleString("en");
  return [
    {
      ...{
        what: `drop of a bucket of ${jobs} jobs`,
        value: median(found.map(({ dropMs }) => dropMs)),
        unit: "ms",
        bar: 1_000,
      },
      note: each(({ dropMs }) => dropMs),
    },
    {
      ...{
        what: `longest wait meanwhile, at ${options.rate} jobs/s`,
        value: median(found.map(({ longest }) => longest)),
        unit: "ms",
        bar: 200,
      },
      note: `${each(({ longest }) => longest)}; in 4 s before ${each(({ before }) => before)}`,
    },
  ];
}

/** The longest call of all. */
function longestOf(times: LoadTimes): number {
  return Math.max(...Object.values<Samples>({ ...times }).map(({ longest }) => longest));
}
