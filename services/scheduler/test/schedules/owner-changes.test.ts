import { createPool, type Pool, sqlstateOf } from "@switchyard/postgres";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSchedulerDatabase, type TestScheduler } from "../setup.js";
import { createClock, jobsOf, schedule, shown, startOnClock, type TestClock, ticksOf } from "./setup.js";

const namespace = "cron";
const policies = { none: 1, last: 2, all: 3 } as const;
let database: TestDatabase;
let clock: TestClock;
let system: TestScheduler;
let pool: Pool;

beforeEach(async () => {
  database = await createSchedulerDatabase();
  clock = createClock("2026-03-02T12:00:00Z");
  system = await startOnClock(database, clock);
  pool = createPool({ url: database.url, applicationName: "owner-changes-test", log: pino({ level: "silent" }) });
});
afterEach(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

const expectTicks = (name: string, ticks: readonly string[]) =>
  eventually(async () => expect(await ticksOf(system, namespace, name)).toEqual(ticks));

/** Creates one schedule per catch-up policy, named like it. */
async function createOfEachPolicy(cron: string): Promise<void> {
  for (const [name, catchUp] of Object.entries(policies))
    await system.queues.createSchedule({ schedule: schedule({ namespace, name, cron, catchUp }) });
}

/** Nothing runs while the clock goes on by a span. */
async function standStill(ms: number, config = {}): Promise<void> {
  await system.stop();
  clock.move(ms);
  system = await startOnClock(database, clock, config);
}

const seconds = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) =>
    new Date(Date.parse("2026-03-02T12:00:00Z") + (from + n) * 1_000).toISOString().replace(".000Z", "Z"),
  );

describe("an outage", () => {
  it("is made up for as the policy says, and everybody goes on after it", async () => {
    await createOfEachPolicy("* * * * *");
    await standStill(5 * 60_000 + 30_000);
    const missed = [1, 2, 3, 4, 5].map((minute) => `2026-03-02T12:0${minute}:00Z`);
    await expectTicks("all", missed);
    await expectTicks("last", missed.slice(-1));
    expect(await shown(system, namespace, "none")).toMatchObject({ next: "2026-03-02T12:06:00Z", last: undefined });
    clock.moveTo("2026-03-02T12:06:00Z");
    await expectTicks("all", [...missed, "2026-03-02T12:06:00Z"]);
    await expectTicks("last", [...missed.slice(-1), "2026-03-02T12:06:00Z"]);
    await expectTicks("none", ["2026-03-02T12:06:00Z"]);
  });

  it("is made up for once, however often the owner changes meanwhile", async () => {
    await createOfEachPolicy("* * * * *");
    await standStill(3 * 60_000 + 10_000);
    for (let n = 0; n < 3; n++) await standStill(1_000);
    await expectTicks("all", ["2026-03-02T12:01:00Z", "2026-03-02T12:02:00Z", "2026-03-02T12:03:00Z"]);
    await expectTicks("last", ["2026-03-02T12:03:00Z"]);
    await expectTicks("none", []);
  });

  it("of thousands of ticks is made up for by the newest thousand", async () => {
    await createOfEachPolicy("* * * * * *");
    await standStill(5_000_000);
    const newest = seconds(4_001, 5_000);
    await eventually(async () => expect(await ticksOf(system, namespace, "all")).toHaveLength(1_000), {
      timeoutMs: 20_000,
    });
    expect(await ticksOf(system, namespace, "all")).toEqual(newest);
    await expectTicks("last", newest.slice(-1));
    await expectTicks("none", []);
    expect(await shown(system, namespace, "all")).toMatchObject({ last: newest.at(-1) });
  });
});

describe("a change of owner", () => {
  it("costs no policy a tick", async () => {
    await createOfEachPolicy("* * * * * *");
    // Within the grace of five seconds and the lease.
    for (let n = 1; n <= 5; n++) {
      await standStill(2_500);
      const all = seconds(1, Math.floor(n * 2.5));
      for (const name of Object.keys(policies)) await expectTicks(name, all);
    }
  });

  it("to another replica, whose clock is behind, makes no tick a second time", async () => {
    await createOfEachPolicy("* * * * * *");
    clock.move(3_000);
    for (const name of Object.keys(policies)) await expectTicks(name, seconds(1, 3));
    const behind = createClock("2026-03-02T12:00:01.500Z");
    const standby = startOnClock(database, behind, { replicaId: "other" });
    await system.stop();
    system = await standby;
    behind.moveTo("2026-03-02T12:00:04Z");
    for (const name of Object.keys(policies)) await expectTicks(name, seconds(1, 4));
  });

  it("keeps what was shown, changed and deleted", async () => {
    await createOfEachPolicy("* * * * * *");
    clock.move(2_000);
    for (const name of Object.keys(policies)) await expectTicks(name, seconds(1, 2));
    const paused = schedule({ namespace, name: "last", cron: "5 4 * * *", timeZone: "Asia/Tokyo", paused: true });
    await system.queues.createSchedule({ schedule: paused, replace: true });
    await system.queues.deleteSchedule({ namespace, name: "none" });
    const before = await Promise.all(Object.keys(policies).map((name) => shown(system, namespace, name)));
    await standStill(0);
    const after = await Promise.all(Object.keys(policies).map((name) => shown(system, namespace, name)));
    expect(after).toEqual(before);
    expect(after[0]).toBeUndefined();
    expect(after[1]).toMatchObject({ paused: true, cron: "5 4 * * *", timeZone: "Asia/Tokyo", last: seconds(2, 2)[0] });
  });
});

describe("a schedule that is said again at the moment of a tick", () => {
  it("loses none and doubles none, whether it ticks at the same times or is another one", async () => {
    // All within one lease, so that each call meets the tick and not a renewal.
    await standStill(0, { shardLeaseMs: 60_000 });
    const same = schedule({ namespace, name: "same", cron: "* * * * * *" });
    const others = ["* * * * * *", "*/1 * * * * *"].map((cron) => schedule({ namespace, name: "other", cron }));
    const say = (n: number) =>
      Promise.all(
        [same, others[n % 2] as typeof same].map((next) =>
          system.queues.createSchedule({ schedule: next, replace: true }),
        ),
      );
    await say(0);
    for (let n = 1; n <= 20; n++) {
      clock.move(1_000);
      await say(n);
    }
    await expectTicks("same", seconds(1, 20));
    await expectTicks("other", seconds(1, 20));
  });
});

describe("a tick that was dealt with before", () => {
  it("is refused with all of its jobs by the statement that would store them, and only ends the term", async () => {
    await createOfEachPolicy("* * * * * *");
    await standStill(0);
    // Another hand moves the schedule on; the owner's memory does not know.
    await pool.query("update scheduler.schedules set done_until_ms = done_until_ms + 2000 where name = 'all'");
    clock.move(3_000);
    await expectTicks("all", seconds(3, 3));
    await expectTicks("last", seconds(1, 3));
    const { rows } = await pool.query<{ n: number }>(
      "select (select count(*) from scheduler.jobs) + (select count(*) from scheduler.open) as n",
    );
    expect(rows[0]?.n).toBe(2 * (await jobsOf(system, namespace)).length);
  });

  it("is refused by the function for a schedule that is not there, too", async () => {
    const ticks = JSON.stringify([{ ns: 1, name: "nobody", from_ms: 0, tick_ms: 1_000, serial: 1 }]);
    const advance = pool.query("select scheduler.advance_schedules($1)", [ticks]);
    await expect(advance).rejects.toSatisfy((error) => sqlstateOf(error) === "SW002");
  });
});

describe("a schedule whose spec is refused", () => {
  it("makes no job, keeps nobody else from it, and goes on by its policy when it is mended", async () => {
    await createOfEachPolicy("* * * * * *");
    // A spec of a kind that no version would take, as after a return to an older one.
    await pool.query("update scheduler.schedules set spec = ''::bytea where name = 'all'");
    await standStill(2_000);
    await expectTicks("last", seconds(1, 2));
    await expectTicks("all", []);
    const mended = schedule({ namespace, name: "all", cron: "* * * * * *", catchUp: policies.all });
    await system.queues.createSchedule({ schedule: mended, replace: true });
    await expectTicks("all", seconds(1, 2));
  });
});
