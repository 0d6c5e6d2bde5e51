import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { seededRandom, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anyKind, createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { because, json, type SpecInit, type TestNamespace, testNamespace } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
let counter = 0;
const fresh = () => testNamespace(`positions-${++counter}`, () => system);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

const order = (rankClass: number, rank: number, weight = 0) => ({
  ...{ rankClass, weight, rankBy: { case: "rank" as const, value: rank } },
});

type By = { case: "jobId" | "subject"; value: string };

async function position({ namespace }: TestNamespace, by: By, more = {}) {
  const { jobId, place, openJobs } = await system.jobs.getPosition({ namespace, by, ...more });
  return { jobId, position: Number(place?.position), weightAhead: place?.weightAhead, openJobs: Number(openJobs) };
}

/** All open jobs, in the order of what their records say. */
async function openJobs({ namespace }: TestNamespace): Promise<Job[]> {
  const { jobs } = await system.jobs.listJobs({ namespace, pageSize: 1_000 });
  const rank = (job: Job) => Number(job.spec?.order?.rankBy.value ?? 0);
  return jobs
    .filter(({ state }) => state <= JobState.RUNNING)
    .sort(
      (a, b) =>
        Number(a.spec?.order?.rankClass) - Number(b.spec?.order?.rankClass) ||
        rank(a) - rank(b) ||
        Number(a.serial - b.serial),
    );
}

/** Compares every place that is told with what the records of the jobs say. */
async function checkPlaces(ns: TestNamespace): Promise<void> {
  const jobs = await openJobs(ns);
  const waiting = jobs.filter(({ state }) => state === JobState.QUEUED);
  for (const job of waiting) {
    for (const includeRunning of [false, true]) {
      const line = includeRunning ? jobs : waiting;
      const ahead = line.slice(0, line.indexOf(job));
      const weightAhead = ahead.reduce((sum, { spec }) => sum + (spec?.order?.weight ?? 0), 0);
      expect(await position(ns, { case: "jobId", value: job.id }, { includeRunning })).toEqual({
        ...{ jobId: job.id, position: ahead.length, weightAhead, openJobs: jobs.length },
      });
    }
  }
  const { namespace } = ns;
  const { jobs: listed } = await system.jobs.listJobs({ namespace, orderBy: ListOrder.CLAIM_ORDER, pageSize: 1_000 });
  expect(listed.map(({ serial }) => serial)).toEqual(jobs.map(({ serial }) => serial));
}

/** Does something at random to a namespace, of whose jobs some run. */
async function disturb(ns: TestNamespace, random: () => number, groups: number): Promise<void> {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const place = () => order(Math.floor(random() * 3), Math.floor(random() * 5), Math.floor(random() * 4));
  const { namespace } = ns;
  const jobs = await openJobs(ns);
  const running = jobs.filter(({ state }) => state === JobState.RUNNING);
  const some = pick(jobs);
  const step = Math.floor(random() * 7);
  if (step === 0) {
    const spec = (): SpecInit => ({ order: place(), concurrencyKeys: [`k${Math.floor(random() * groups)}`] });
    await ns.submitAll([spec(), spec(), spec()]);
  } else if (step === 1) {
    await ns.claim({ maxJobs: 2, start: random() < 0.5 });
  } else if (step === 2 && some) {
    await system.jobs.reorderJob({ namespace, jobId: some.id, order: place() });
  } else if (step === 3 && some) {
    await system.jobs.cancelJobs({ namespace, jobIds: [some.id] });
  } else if (step === 4 && some) {
    await system.jobs.deleteJobs({ namespace, jobIds: [some.id] });
  } else {
    const lease = pick(running);
    if (!lease) return;
    const kind = random() < 0.5 ? Outcome_Kind.RELEASED : Outcome_Kind.FAILED;
    await ns.finish({ jobId: lease.id, attempt: lease.attemptCount }, kind, {
      retryable: true,
      toFront: random() < 0.5,
    });
  }
}

describe("places", () => {
  it.each([
    ["few groups, whose lists are added up", 3],
    ["more groups than are added up", 90],
  ])("stay right with %s, whatever happens", async (_, groups) => {
    const ns = fresh();
    const random = seededRandom(groups);
    await ns.submitAll(
      Array.from({ length: Math.max(12, groups) }, (_, i) => ({
        ...{ order: order(i % 3, i % 7, i % 5), concurrencyKeys: [`k${i % groups}`], policies: { maxAttempts: 0 } },
      })),
    );
    await checkPlaces(ns);
    for (let round = 0; round < 6; round++) {
      for (let step = 0; step < 8; step++) await disturb(ns, random, groups);
      await checkPlaces(ns);
    }
    system = await system.restart();
    await checkPlaces(ns);
  });

  it("stay right while everything happens at once", async () => {
    const ns = fresh();
    const random = seededRandom(7);
    await ns.submitAll(
      Array.from({ length: 100 }, (_, i) => ({ order: order(0, i % 9, 1), concurrencyKeys: [`k${i}`] })),
    );
    // The index is made while jobs are on their way from one place to another.
    const reads = async () => {
      for (let i = 0; i < 20; i++) await ns.list({ orderBy: ListOrder.CLAIM_ORDER });
    };
    const changes = Array.from({ length: 6 }, async () => {
      for (let i = 0; i < 8; i++) await disturb(ns, random, 100).catch(() => undefined);
    });
    await Promise.all([reads(), ...changes]);
    await checkPlaces(ns);
  });

  it("are told for the first open job of a subject, kind and queue", async () => {
    const ns = fresh();
    await ns.submitAll([
      { subject: "s", kind: "a", order: order(0, 5, 1) },
      { subject: "s", kind: "b", order: order(0, 1, 2) },
      { subject: "s", kind: "b", queue: "other", order: order(0, 0, 4) },
      { subject: "t", kind: "a", order: order(0, 3, 8) },
    ]);
    const by: By = { case: "subject", value: "s" };
    const serial = async (more = {}) => Number((await ns.job((await position(ns, by, more)).jobId)).serial);
    expect(await serial()).toBe(3);
    expect(await serial({ queue: "default" })).toBe(2);
    expect(await serial({ kind: "a" })).toBe(1);
    expect(await position(ns, by, { kind: "a" })).toMatchObject({ position: 2, weightAhead: 10, openJobs: 3 });
    // One that runs is still open, and counts among the running only.
    await ns.claim({ profile: { ...anyKind, subject: "s", queues: ["default"] } });
    expect(await serial({ queue: "default" })).toBe(2);
    expect(await position(ns, by, { kind: "a" })).toMatchObject({ position: 1, weightAhead: 8 });
    expect(await position(ns, by, { kind: "a", includeRunning: true })).toMatchObject({ position: 2, weightAhead: 10 });
    await expect(position(ns, { case: "subject", value: "u" })).rejects.toSatisfy(because("JOB_NOT_FOUND"));
    await expect(position(ns, by, { kind: "c" })).rejects.toSatisfy(because("JOB_NOT_FOUND"));
  });

  it("are none for jobs that have ended, or are not there", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit();
    await ns.run(jobId);
    const by: By = { case: "jobId", value: jobId };
    await expect(position(ns, by)).rejects.toSatisfy(because("WRONG_STATE"));
    await system.jobs.deleteJobs({ namespace: ns.namespace, jobIds: [jobId] });
    await expect(position(ns, by)).rejects.toSatisfy(because("JOB_NOT_FOUND"));
    await expect(position(ns, { case: "jobId", value: "x" })).rejects.toSatisfy(because("MALFORMED_ID"));
    await expect(system.jobs.getPosition({ namespace: ns.namespace })).rejects.toSatisfy(because("INVALID_ARGUMENT"));
    await expect(
      system.jobs.getPosition({ namespace: "unused", by: { case: "subject", value: "s" } }),
    ).rejects.toSatisfy(because("JOB_NOT_FOUND"));
  });
});

describe("peeking", () => {
  const peek = ({ namespace }: TestNamespace, more = {}) =>
    system.jobs.peekJobs({ namespace, profile: anyKind, limit: 10, ...more });
  const serials = async (ns: TestNamespace, more = {}) =>
    (await peek(ns, more)).jobs.map(({ serial }) => Number(serial));

  it("shows what a claim would give, in its order, and takes nothing", async () => {
    const ns = fresh();
    const { namespace } = ns;
    const startTime = { seconds: BigInt(Math.floor(Date.now() / 1_000) + 3_600), nanos: 0 };
    await system.queues.setLimits({ namespace, limits: [{ key: "full", seats: 1 }] });
    await ns.submitAll([
      { order: order(1, 0) },
      { order: order(0, 5), queue: "b" },
      { order: order(0, 5), kind: "other" },
      { order: order(0, 1) },
      { startTime, order: order(-9, 0) },
      { concurrencyKeys: ["full"], order: order(-2, 0) },
      { concurrencyKeys: ["full"], order: order(-1, 0) },
      { queue: "paused", order: order(-5, 0) },
      { requiredLabels: { gpu: "" }, order: order(-4, 0) },
      { laneLabels: { host: "h" }, order: order(-3, 0) },
    ]);
    await system.queues.pauseQueue({ namespace, name: "paused" });
    expect(await serials(ns)).toEqual([10, 6, 7, 4, 2, 3, 1]);
    const labels = { gpu: "1" };
    expect(await serials(ns, { profile: { ...anyKind, labels } })).toEqual([9, 10, 6, 7, 4, 2, 3, 1]);
    const exclude = [{ label: "host", values: ["h", "i"] }];
    expect(await serials(ns, { profile: { ...anyKind, exclude, queues: ["default"] } })).toEqual([6, 7, 4, 3, 1]);
    const exact = [{ by: { case: "exact" as const, value: "other" } }];
    expect(await serials(ns, { profile: { kinds: exact } })).toEqual([3]);
    expect(await serials(ns, { profile: {} })).toEqual([]);
    // Nothing was taken; and of two behind a full key none can be claimed.
    const [first] = await ns.claim({ profile: { ...anyKind, exclude } });
    expect([Number(first?.serial), first?.attempt]).toEqual([6, 1]);
    expect(await serials(ns, { profile: { ...anyKind, exclude } })).toEqual([4, 2, 3, 1]);
    const rest = await ns.claim({ maxJobs: 9, profile: { ...anyKind, exclude } });
    expect(rest.map(({ serial }) => Number(serial))).toEqual([4, 2, 3, 1]);
    await expect(system.jobs.peekJobs({ namespace })).rejects.toSatisfy(because("INVALID_ARGUMENT"));
    await expect(peek(ns, { limit: 1_001 })).rejects.toSatisfy(because("INVALID_ARGUMENT"));
  });

  it("goes on behind the last job of a page, whatever became of those before", async () => {
    const ns = fresh();
    await ns.submitAll(
      Array.from({ length: 7 }, (_, i) => ({ order: order(0, i % 2 ? Number.POSITIVE_INFINITY : -i) })),
    );
    const all = await serials(ns);
    expect(all).toEqual([7, 5, 3, 1, 2, 4, 6]);
    const seen: number[] = [];
    for (let pageToken = ""; ; ) {
      const page = await peek(ns, { limit: 2, pageToken });
      seen.push(...page.jobs.map(({ serial }) => Number(serial)));
      if (page.nextPageToken === "") break;
      pageToken = page.nextPageToken;
      // Those that were seen are claimed meanwhile.
      for (const { id } of page.jobs) await ns.claim({ jobId: id });
    }
    expect(seen).toEqual(all);
    const { nextPageToken: pageToken } = await peek(fresh(), { limit: 1 });
    expect(pageToken).toBe("");
    const other = (await ns.submitAll([{}, {}])) && (await peek(ns, { limit: 1 }));
    const profile = { kinds: [{ by: { case: "exact" as const, value: "test.work" } }] };
    await expect(peek(ns, { pageToken: other.nextPageToken, profile })).rejects.toSatisfy(
      because("PAGE_TOKEN_INVALID"),
    );
  });

  it("is bounded by bytes, and shows one job at least", async () => {
    const ns = fresh();
    const input = json("x".repeat(10_000));
    await ns.submitAll(Array.from({ length: 6 }, () => ({ input })));
    const view = 2;
    expect(await serials(ns, { view, byteBudget: 25_000 })).toEqual([1, 2]);
    expect(await serials(ns, { view, byteBudget: 1 })).toEqual([1]);
    expect(await serials(ns, { view })).toHaveLength(6);
    expect(await serials(ns, { byteBudget: 25_000 })).toHaveLength(6);
    expect(await serials(ns, { limit: 0 })).toEqual([1]);
    const { jobs } = await peek(ns, { view });
    expect(jobs[0]?.spec?.input?.data).toHaveLength(10_000);
    expect((await peek(ns)).jobs[0]?.spec?.input).toBeUndefined();
  });

  it("keeps to a subject", async () => {
    const ns = fresh();
    await ns.submitAll([{ subject: "s", order: order(0, 2) }, { subject: "t" }, { subject: "s", order: order(0, 1) }]);
    expect(await serials(ns, { profile: { ...anyKind, subject: "s" } })).toEqual([3, 1]);
    expect(await serials(ns, { profile: { ...anyKind, subject: "u" } })).toEqual([]);
  });
});

describe("claims by subject", () => {
  it("take what fits, in order, and no more than asked for", async () => {
    const ns = fresh();
    await ns.submitAll([
      { subject: "s", order: order(0, 2) },
      { subject: "t" },
      { subject: "s", order: order(0, 1) },
      { subject: "s", kind: "other", order: order(0, 0) },
      { subject: "s", requiredLabels: { gpu: "" } },
      { subject: "s", order: order(0, 3) },
    ]);
    const kinds = [{ by: { case: "exact" as const, value: "test.work" } }];
    const claim = async (maxJobs: number) =>
      (await ns.claim({ maxJobs, profile: { kinds, subject: "s" } })).map(({ serial }) => Number(serial));
    expect(await claim(2)).toEqual([3, 1]);
    expect(await claim(9)).toEqual([6]);
    expect(await claim(9)).toEqual([]);
    expect((await ns.claim({ maxJobs: 9 })).map(({ serial }) => Number(serial))).toEqual([2, 4]);
  });

  it("wait for a job that is submitted, given back or let go by its key", async () => {
    const ns = fresh();
    const { namespace } = ns;
    await system.queues.setLimits({ namespace, limits: [{ key: "k", seats: 1 }] });
    const waiting = () => ns.claim({ wait: { seconds: 10n, nanos: 0 }, profile: { ...anyKind, subject: "s" } });
    const first = waiting();
    await ns.submitAll([{ subject: "t", concurrencyKeys: ["k"] }, { subject: "s" }]);
    expect((await first)[0]?.serial).toBe(2n);
    const second = waiting();
    const [lease] = await ns.claim();
    expect(lease?.serial).toBe(1n);
    await ns.submit({ subject: "s", concurrencyKeys: ["k"] });
    await ns.finish(lease as { jobId: string });
    expect((await second)[0]?.serial).toBe(3n);
    const third = waiting();
    await ns.finish({ jobId: (await ns.job((await position(ns, { case: "subject", value: "s" })).jobId)).id }, 3);
    expect((await third)[0]).toMatchObject({ serial: 2n, attempt: 2 });
    expect(await ns.claim({ wait: { seconds: 0n, nanos: 1_000_000 }, profile: { ...anyKind, subject: "u" } })).toEqual(
      [],
    );
  });

  it("never give one job to two", async () => {
    const ns = fresh();
    await ns.submitAll(Array.from({ length: 30 }, () => ({ subject: "s" })));
    const claims = await Promise.all(
      Array.from({ length: 8 }, () => ns.claim({ maxJobs: 5, profile: { ...anyKind, subject: "s" } })),
    );
    const serials = claims.flat().map(({ serial }) => serial);
    expect(new Set(serials).size).toBe(serials.length);
    expect(serials).toHaveLength(30);
  });
});
