import { createPool, type Pool } from "@switchyard/postgres";
import { createTcpProxy, eventually, type TcpProxy, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "@switchyard/clock";
import { createSchedulerDatabase, type TestScheduler } from "../setup.js";
import { jobsOf, schedule, shown, startOnClock } from "./setup.js";

/** `npm run test:cron` asks for more. */
const restarts = Number(process.env.SCHEDULE_RESTARTS ?? 3);
/** Restarts and the ticks between them take about a second each; the rest is for a slow machine. */
const timeoutMs = 60_000 + restarts * 4_000;

const namespace = "cron";
/** Ticks per schedule and their distance in seconds. Of every policy, since no outage here is longer than a change of owner. */
const schedules = [1, 2, 3].flatMap((catchUp) => [
  { name: `policy-${catchUp}-1`, cron: "* * * * * *", step: 1, catchUp },
  { name: `policy-${catchUp}-3`, cron: "*/3 * * * * *", step: 3, catchUp },
]);

let database: TestDatabase;
let proxy: TcpProxy;
let system: TestScheduler;
let pool: Pool;
/** The clock of the owner that was started last, before or behind the machine's by this, ms. */
let offset = 0;

/** A scheduler on a clock of its own, up to a second and a half before or behind the machine's. All have one name, so each takes the shard from the one before. */
function start(): Promise<TestScheduler> {
  const ahead = Math.floor((Math.random() - 0.5) * 3_000);
  offset = ahead;
  const url = new URL(database.url);
  url.hostname = "127.0.0.1";
  url.port = String(proxy.port);
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };
  return startOnClock({ ...database, url: url.href }, clock, { shardLeaseMs: 4_000 });
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Waits until shortly before or after the owner's next full second, when all schedules of one second tick. */
const nearATick = (fromMs: number, toMs: number) =>
  pause(1_000 - ((systemClock.now() + offset) % 1_000) + fromMs + Math.random() * (toMs - fromMs));
/**
 * Cuts the lanes, of which a term that has just begun may have none yet, and the connection of the lease. The cut is in the list of columns:
 * as a condition it may be tried before that on the database, which comes from a join, and cuts the schedulers of other tests too.
 */
const cutLanes = () =>
  eventually(async () => {
    const { rows } = await pool.query<{ name: string; cut: boolean }>(
      "select application_name as name, pg_terminate_backend(pid) as cut from pg_stat_activity where datname = current_database() and application_name like 'scheduler-%'",
    );
    expect(rows.filter(({ name, cut }) => cut && name !== "scheduler-lease")).not.toEqual([]);
  });
/** How many terms have begun. */
const terms = async () =>
  (await pool.query<{ epoch: number }>("select epoch from scheduler.shards")).rows[0]?.epoch ?? 0;

/** Ways in which an owner comes to its end. */
const endings: readonly (() => Promise<void>)[] = [
  async function stoppedAndStarted() {
    await system.stop();
    system = await start();
  },
  // The old one is at work while the new one takes the shard, takes it back perhaps, and is refused in the middle of its writes.
  async function overlapped() {
    const next = start();
    await pause(Math.random() * 200);
    await system.stop();
    system = await next;
  },
  async function cutSomewhere() {
    await cutLanes();
  },
  // While the ticks of a second are being written.
  async function cutAtATick() {
    await nearATick(0, 15);
    await cutLanes();
  },
  // Ticks are stored, and their owner never hears of it.
  async function answersLostAtATick() {
    await nearATick(-10, 5);
    proxy.swallow("down");
    await pause(Math.random() * 100);
    proxy.cut();
    proxy.heal();
  },
];

beforeAll(async () => {
  database = await createSchedulerDatabase();
  proxy = await createTcpProxy({ target: { port: Number(new URL(database.url).port) } });
  system = await start();
  pool = createPool({ url: database.url, applicationName: "restarts-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await proxy.close();
  await database.drop();
});

it(
  `makes each tick exactly once over ${restarts} restarts at random moments`,
  async () => {
    const firsts = new Map<string, number>();
    for (const { name, cron, catchUp } of schedules) {
      await system.queues.createSchedule({ schedule: schedule({ namespace, name, cron, catchUp }) });
      firsts.set(name, Date.parse((await shown(system, namespace, name))?.next ?? ""));
    }
    for (let n = 0; n < restarts; n++) {
      await pause(Math.random() * 700);
      const before = await terms();
      await endings[n % endings.length]?.();
      // The next ending may come while this term is still being loaded, but is one of its own.
      await eventually(async () => expect(await terms()).toBeGreaterThan(before));
    }
    // Until the last owner has made what became due meanwhile, by a clock that may be behind.
    const end = Date.now() + 3_000;
    const made = new Map<string, number[]>();
    await eventually(
      async () => {
        made.clear();
        for (const { spec } of await jobsOf(system, namespace)) {
          const { schedule: name = "", scheduled_time: time = "" } = spec?.labels ?? {};
          made.set(name, [...(made.get(name) ?? []), Date.parse(time)]);
        }
        for (const { name } of schedules) expect(made.get(name)?.at(-1)).toBeGreaterThan(end);
      },
      { timeoutMs: 30_000, intervalMs: 500 },
    );
    for (const { name, step } of schedules) {
      const ticks = made.get(name) ?? [];
      const first = firsts.get(name) ?? 0;
      expect(ticks, name).toEqual(ticks.map((_, i) => first + i * step * 1_000));
    }
    expect(await terms()).toBeGreaterThan(restarts);
    const ticks = [...made.values()].reduce((sum, { length }) => sum + length, 0);
    console.info(`${restarts} restarts, ${await terms()} terms, ${ticks} ticks of ${schedules.length} schedules`);
  },
  timeoutMs,
);
