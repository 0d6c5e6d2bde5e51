import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSchedulerDatabase, item, type TestScheduler } from "../setup.js";
import { createClock, jobsOf, refusal, type ScheduleFields, schedule, shown, startOnClock, ticksOf } from "./setup.js";

const clock = createClock("2026-03-02T12:00:30Z");
let database: TestDatabase;
let system: TestScheduler;
let counter = 0;
const fresh = () => `schedules-${++counter}`;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startOnClock(database, clock);
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

/** Waits until a schedule has made the jobs of these ticks, in this order, and no others. */
const expectTicks = (namespace: string, name: string, ticks: readonly string[]) =>
  eventually(async () => expect(await ticksOf(system, namespace, name)).toEqual(ticks));

/** Waits until everything that is due at the present time has been made: a schedule that comes last of them has. */
async function settled(): Promise<void> {
  const namespace = fresh();
  const now = clock.now();
  await system.queues.createSchedule({ schedule: schedule({ namespace, name: "marker", cron: "* * * * * *" }) });
  clock.moveTo(now + 1_000);
  await eventually(async () => expect(await ticksOf(system, namespace, "marker")).toHaveLength(1));
  await system.queues.deleteSchedule({ namespace, name: "marker" });
}

describe("a schedule", () => {
  it("submits a job at its tick, and shows it", async () => {
    const namespace = fresh();
    clock.moveTo("2026-03-02T12:00:30Z");
    const spec = { kind: "test.tick", queue: "q", subject: "s", labels: { a: "b" }, order: { rankClass: 3 } };
    const made = await system.queues.createSchedule({ schedule: schedule({ namespace, name: "minutely", spec }) });
    expect(made.schedule).toMatchObject({ namespace, name: "minutely", catchUp: 2, paused: false, lastJobId: "" });
    expect(await shown(system, namespace, "minutely")).toMatchObject({ next: "2026-03-02T12:01:00Z", last: undefined });
    clock.moveTo("2026-03-02T12:01:00Z");
    await expectTicks(namespace, "minutely", ["2026-03-02T12:01:00Z"]);
    const [job] = await jobsOf(system, namespace);
    expect(job).toMatchObject({ state: JobState.QUEUED });
    expect(job?.spec).toMatchObject({
      ...{ kind: "test.tick", queue: "q", subject: "s", order: { rankClass: 3 } },
      labels: { a: "b", schedule: "minutely", scheduled_time: "2026-03-02T12:01:00Z" },
    });
    expect(await shown(system, namespace, "minutely")).toMatchObject({
      ...{ next: "2026-03-02T12:02:00Z", last: "2026-03-02T12:01:00Z", lastJobId: job?.id },
      spec: { labels: { a: "b" } },
    });
  });

  it("ticks by the second with six fields", async () => {
    const namespace = fresh();
    clock.moveTo("2026-03-02T12:10:00Z");
    await system.queues.createSchedule({ schedule: schedule({ namespace, name: "s", cron: "*/2 * * * * *" }) });
    for (let n = 0; n < 4; n++) {
      clock.move(1_000);
      await settled();
    }
    const found = await ticksOf(system, namespace, "s");
    expect(found.slice(0, 4)).toEqual(["02", "04", "06", "08"].map((second) => `2026-03-02T12:10:${second}Z`));
  });

  it("keeps its zone's time over the hour that is skipped", async () => {
    const namespace = fresh();
    clock.moveTo("2026-03-29T00:30:00Z");
    const fields = { namespace, cron: "30 2 * * *", timeZone: "Europe/Berlin" };
    await system.queues.createSchedule({ schedule: schedule({ ...fields, name: "fixed" }) });
    await system.queues.createSchedule({ schedule: schedule({ ...fields, name: "list", cron: "30 1,2 * * *" }) });
    expect(await shown(system, namespace, "fixed")).toMatchObject({ next: "2026-03-29T01:00:00Z" });
    expect(await shown(system, namespace, "list")).toMatchObject({ next: "2026-03-29T23:30:00Z" });
    clock.moveTo("2026-03-29T01:00:00Z");
    await expectTicks(namespace, "fixed", ["2026-03-29T01:00:00Z"]);
    expect(await shown(system, namespace, "fixed")).toMatchObject({ next: "2026-03-30T00:30:00Z" });
  });

  it("is handed to a runner that waits, like any job", async () => {
    const namespace = fresh();
    clock.moveTo("2026-03-30T08:00:30Z");
    await system.queues.createSchedule({ schedule: schedule({ namespace, name: "minutely" }) });
    const profile = { kinds: [{ by: { case: "glob" as const, value: "test.*" } }] };
    const wait = { seconds: 20n, nanos: 0 };
    const claim = system.dispatch.claimJobs({ namespace, runnerId: "r", profile, wait });
    clock.moveTo("2026-03-30T08:01:00Z");
    const { leases } = await claim;
    expect(leases[0]).toMatchObject({ attempt: 1, labels: { scheduled_time: "2026-03-30T08:01:00Z" } });
  });
});

describe("a paused schedule", () => {
  it("has no ticks, and makes up for none when it goes on", async () => {
    const namespace = fresh();
    clock.moveTo("2026-04-01T12:00:30Z");
    const minutely = schedule({ namespace, name: "m", catchUp: 3, paused: true });
    await system.queues.createSchedule({ schedule: minutely });
    expect(await shown(system, namespace, "m")).toMatchObject({ paused: true, next: undefined });
    clock.moveTo("2026-04-01T12:02:30Z");
    await settled();
    await system.queues.createSchedule({ schedule: { ...minutely, paused: false }, replace: true });
    clock.moveTo("2026-04-01T12:03:01Z");
    await expectTicks(namespace, "m", ["2026-04-01T12:03:00Z"]);
    await system.queues.createSchedule({ schedule: minutely, replace: true });
    clock.moveTo("2026-04-01T12:04:01Z");
    await settled();
    await expectTicks(namespace, "m", ["2026-04-01T12:03:00Z"]);
    expect(await shown(system, namespace, "m")).toMatchObject({ next: undefined, last: "2026-04-01T12:03:00Z" });
  });
});

describe("a schedule that is there already", () => {
  it("is kept unless it is to be replaced", async () => {
    const namespace = fresh();
    await system.queues.createSchedule({ schedule: schedule({ namespace, name: "a" }) });
    const again = system.queues.createSchedule({ schedule: schedule({ namespace, name: "a", cron: "1 1 * * *" }) });
    expect(await refusal(again)).toBe("ALREADY_EXISTS");
    expect(await shown(system, namespace, "a")).toMatchObject({ cron: "* * * * *" });
  });

  it("is replaced whole, and keeps what it has made", async () => {
    const namespace = fresh();
    clock.moveTo("2026-04-02T12:00:30Z");
    await system.queues.createSchedule({ schedule: schedule({ namespace, name: "a" }) });
    clock.moveTo("2026-04-02T12:01:00Z");
    await expectTicks(namespace, "a", ["2026-04-02T12:01:00Z"]);
    const next = schedule({ namespace, name: "a", cron: "*/30 * * * * *", spec: { kind: "test.other" } });
    await system.queues.createSchedule({ schedule: next, replace: true });
    expect(await shown(system, namespace, "a")).toMatchObject({
      ...{ cron: "*/30 * * * * *", next: "2026-04-02T12:01:30Z", last: "2026-04-02T12:01:00Z" },
    });
    clock.moveTo("2026-04-02T12:01:30Z");
    await expectTicks(namespace, "a", ["2026-04-02T12:01:00Z", "2026-04-02T12:01:30Z"]);
    expect((await jobsOf(system, namespace)).map(({ spec }) => spec?.kind)).toEqual(["test.tick", "test.other"]);
  });
});

describe("a deleted schedule", () => {
  it("makes no more jobs, keeps those that it made, and begins anew under the same name", async () => {
    const namespace = fresh();
    clock.moveTo("2026-04-04T12:00:30Z");
    await system.queues.createSchedule({ schedule: schedule({ namespace, name: "a" }) });
    clock.moveTo("2026-04-04T12:01:00Z");
    await expectTicks(namespace, "a", ["2026-04-04T12:01:00Z"]);
    await system.queues.deleteSchedule({ namespace, name: "a" });
    clock.moveTo("2026-04-04T12:02:00Z");
    await settled();
    await expectTicks(namespace, "a", ["2026-04-04T12:01:00Z"]);
    expect(await shown(system, namespace, "a")).toBeUndefined();
    await system.queues.createSchedule({ schedule: schedule({ namespace, name: "a" }) });
    expect(await shown(system, namespace, "a")).toMatchObject({ last: undefined, next: "2026-04-04T12:03:00Z" });
  });

  it.each(["never-used", "used"])("is not there a second time (namespace %s)", async (namespace) => {
    if (namespace === "used") await system.jobs.submitJobs({ namespace, items: [item()] });
    const gone = system.queues.deleteSchedule({ namespace, name: "a" });
    expect(await refusal(gone)).toBe("SCHEDULE_NOT_FOUND");
  });
});

describe("lists", () => {
  it("come by name, in pages that hold for their list only", async () => {
    const namespace = fresh();
    for (const name of ["d", "a", "c", "b", "e"])
      await system.queues.createSchedule({ schedule: schedule({ namespace, name, paused: true }) });
    const names: string[][] = [];
    let pageToken = "";
    do {
      const page = await system.queues.listSchedules({ namespace, pageSize: 2, pageToken });
      names.push(page.schedules.map(({ name }) => name));
      pageToken = page.nextPageToken || "";
      // What is deleted between two pages moves nothing.
      if (names.length === 1) await system.queues.deleteSchedule({ namespace, name: "a" });
    } while (pageToken !== "");
    expect(names).toEqual([["a", "b"], ["c", "d"], ["e"]]);
    expect((await system.queues.listSchedules({ namespace: "never-used" })).schedules).toEqual([]);
    const { nextPageToken } = await system.queues.listSchedules({ namespace, pageSize: 2 });
    const foreign = system.queues.listSchedules({ namespace: "other", pageToken: nextPageToken });
    expect(await refusal(foreign)).toBe("PAGE_TOKEN_INVALID");
  });

  it("fit in a message", async () => {
    const namespace = fresh();
    const spec = { kind: "test.tick", input: { data: new Uint8Array(900_000), contentType: "" } };
    for (const name of ["a", "b", "c"])
      await system.queues.createSchedule({ schedule: schedule({ namespace, name, spec, paused: true }) });
    const page = await system.queues.listSchedules({ namespace });
    expect(page.schedules).toHaveLength(2);
    const rest = await system.queues.listSchedules({ namespace, pageToken: page.nextPageToken });
    expect(rest.schedules.map(({ name }) => name)).toEqual(["c"]);
  });
});

describe("what is refused", () => {
  const cases: [string, ScheduleFields, string][] = [
    ["no name", { name: "" }, "INVALID_ARGUMENT schedule.name"],
    ["a name with a control character", { name: "a\nb" }, "INVALID_ARGUMENT schedule.name"],
    ["a long name", { name: "x".repeat(129) }, "INVALID_ARGUMENT schedule.name"],
    ["no cron", { cron: "" }, "INVALID_ARGUMENT schedule.cron"],
    ["a bad cron", { cron: "61 * * * *" }, "INVALID_ARGUMENT schedule.cron"],
    ["a cron that never ticks", { cron: "0 0 31 4 *" }, "INVALID_ARGUMENT schedule.cron"],
    ["an unknown zone", { timeZone: "Mars/Olympus" }, "INVALID_ARGUMENT schedule.time_zone"],
    ["an unknown policy", { catchUp: 9 as never }, "INVALID_ARGUMENT schedule.catch_up"],
    ["a job without a kind", { spec: {} }, "INVALID_ARGUMENT kind"],
    ["a job with a long subject", { spec: { kind: "k", subject: "x".repeat(513) } }, "INVALID_ARGUMENT subject"],
    [
      "a label that the tick sets",
      { spec: { kind: "k", labels: { schedule: "x" } } },
      "INVALID_ARGUMENT labels.schedule",
    ],
    [
      "labels that leave no room",
      { spec: { kind: "k", labels: Object.fromEntries(Array.from({ length: 63 }, (_, n) => [`l${n}`, ""])) } },
      "INVALID_ARGUMENT labels",
    ],
    [
      "a large input",
      { spec: { kind: "k", input: { data: new Uint8Array(1_048_577), contentType: "" } } },
      "PAYLOAD_TOO_LARGE input",
    ],
  ];
  it.each(cases)("%s", async (_, fields, refused) => {
    const asked = schedule({ namespace: "refused", name: "a", ...fields });
    expect(await refusal(system.queues.createSchedule({ schedule: asked }))).toBe(refused);
  });

  it("nothing at all, and a schedule of no job", async () => {
    expect(await refusal(system.queues.createSchedule({}))).toBe("INVALID_ARGUMENT schedule");
    const { spec: _, ...jobless } = schedule({ namespace: "refused", name: "a" });
    expect(await refusal(system.queues.createSchedule({ schedule: jobless }))).toBe("INVALID_ARGUMENT spec");
  });

  it("leaves nothing behind", async () => {
    expect((await system.queues.listSchedules({ namespace: "refused" })).schedules).toEqual([]);
  });
});
