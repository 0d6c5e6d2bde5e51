import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { createPool, type Pool } from "@switchyard/postgres";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { because, json, type SpecInit, type TestNamespace, testNamespace } from "./test-namespace.js";

const { BLOCKED, SCHEDULED, QUEUED, RUNNING, SUCCEEDED, FAILED, TIMED_OUT, CANCELLED } = JobState;

let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;
let counter = 0;
const fresh = () => testNamespace(`list-${++counter}`, () => system);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
  pool = createPool({ url: database.url, applicationName: "list-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

/** The clock is past this moment, so that what follows has a later time than what was. */
async function tick(): Promise<void> {
  const now = Date.now();
  await eventually(() => expect(Date.now()).toBeGreaterThan(now + 1), { intervalMs: 1 });
}

/** Serials in the order of a list, read in pages of a size. */
async function paged({ namespace }: TestNamespace, request: object, pageSize: number): Promise<number[]> {
  const serials: number[] = [];
  for (let pageToken = ""; ; ) {
    const { jobs, nextPageToken } = await system.jobs.listJobs({ namespace, ...request, pageSize, pageToken });
    expect(jobs.length).toBeLessThanOrEqual(pageSize);
    serials.push(...jobs.map(({ serial }) => Number(serial)));
    if (nextPageToken === "") return serials;
    pageToken = nextPageToken;
  }
}

/** Jobs 1 to 8 in the states of the contract's order, of which 4 has started; 9 is claimed and has not. */
async function oneOfEach(ns: TestNamespace): Promise<string[]> {
  const hour = { seconds: BigInt(Math.floor(Date.now() / 1_000) + 3_600), nanos: 0 };
  const later = await ns.submit({ queue: "parents", startTime: hour });
  const dependencies = [{ parent: { case: "jobId" as const, value: later.jobId } }];
  const specs: SpecInit[] = [{ dependencies }, { startTime: hour }, ...Array.from({ length: 7 }, () => ({}))];
  const ids = (await ns.submitAll(specs)).map(({ jobId }) => jobId);
  const [, , , running = "", succeeded = "", failed = "", timedOut = "", cancelled = "", claimed = ""] = ids;
  await ns.claim({ jobId: running, start: true, runnerId: "alpha" });
  await ns.run(succeeded);
  await ns.run(failed, Outcome_Kind.FAILED);
  await ns.run(timedOut, Outcome_Kind.TIMED_OUT);
  await system.jobs.cancelJobs({ namespace: ns.namespace, jobIds: [cancelled] });
  await ns.claim({ jobId: claimed, runnerId: "beta" });
  return ids;
}

describe("filters", () => {
  it("find jobs in line by queue and kind, in pages of both orders, from a number on and after some", async () => {
    const ns = fresh();
    const specs = Array.from({ length: 36 }, (_, n) => ({
      queue: n % 3 === 0 ? "third" : "rest",
      kind: n % 4 === 0 ? "fourth" : "other",
      ...(n % 5 === 0 && { fairnessKey: `f-${n % 2}` }),
      order: { rankClass: n % 2 },
    }));
    const ids = (await ns.submitAll(specs)).map(({ jobId }) => jobId);
    for (const n of [0, 12]) await ns.claim({ jobId: ids[n] ?? "" });
    const serialsWhere = (holds: (n: number) => boolean) =>
      specs.flatMap((_, n) => (n !== 0 && n !== 12 && holds(n) ? [n + 1] : []));
    const cases: [object, number[]][] = [
      [{ queue: "third" }, serialsWhere((n) => n % 3 === 0)],
      [{ kinds: ["fourth"] }, serialsWhere((n) => n % 4 === 0)],
      [{ kinds: ["fourth", "other"], queue: "rest" }, serialsWhere((n) => n % 3 !== 0)],
      [{ queue: "third", afterSerial: 10n }, serialsWhere((n) => n % 3 === 0 && n >= 10)],
      [{ queue: "nothing" }, []],
    ];
    for (const [filter, expected] of cases) {
      const oldest = { filter: { ...filter, states: [QUEUED] }, orderBy: ListOrder.OLDEST };
      const newest = { ...oldest, orderBy: ListOrder.NEWEST };
      for (const size of [1, 5, 100]) {
        expect(await paged(ns, oldest, size)).toEqual(expected);
        expect(await paged(ns, newest, size)).toEqual(expected.toReversed());
      }
      expect(await paged(ns, { ...newest, skip: 2 }, 100)).toEqual(expected.toReversed().slice(2));
      const { total } = await system.jobs.listJobs({ namespace: ns.namespace, ...oldest, wantTotal: true });
      expect(Number(total)).toBe(expected.length);
    }
  });

  it("tell the states apart, the waiting ones too, alone and together with others", async () => {
    const ns = fresh();
    await oneOfEach(ns);
    const of = (...states: JobState[]) => ns.list({ filter: { states, queue: "default" }, orderBy: ListOrder.OLDEST });
    const serials: [JobState, number[]][] = [
      ...([
        [BLOCKED, [2]],
        [SCHEDULED, [3]],
        [QUEUED, [4]],
        [RUNNING, [5, 10]],
      ] as [JobState, number[]][]),
      ...([
        [SUCCEEDED, [6]],
        [FAILED, [7]],
        [TIMED_OUT, [8]],
        [CANCELLED, [9]],
      ] as [JobState, number[]][]),
    ];
    for (const [state, expected] of serials) expect(await of(state)).toEqual(expected);
    for (const [i, [one, a]] of serials.entries())
      for (const [other, b] of serials.slice(i + 1))
        expect(await of(one, other)).toEqual([...a, ...b].sort((x, y) => x - y));
    expect(await of(...serials.map(([state]) => state))).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await of(BLOCKED, QUEUED, FAILED, RUNNING)).toEqual([2, 4, 5, 7, 10]);
    // Also in the order of claims, which knows open jobs only.
    const claimOrder = { orderBy: ListOrder.CLAIM_ORDER };
    expect(await ns.list({ ...claimOrder, filter: { queue: "default" } })).toEqual([2, 3, 4, 5, 10]);
    expect(await ns.list({ ...claimOrder, filter: { states: [SCHEDULED, RUNNING, FAILED] } })).toEqual([1, 3, 5, 10]);
    const { total } = await system.jobs.listJobs({
      namespace: ns.namespace,
      filter: { states: [BLOCKED, FAILED] },
      wantTotal: true,
    });
    expect(total).toBe(2n);
  });

  it("go by runner and start", async () => {
    const ns = fresh();
    await oneOfEach(ns);
    expect(await ns.list({ filter: { runnerId: "alpha" } })).toEqual([5]);
    expect(await ns.list({ filter: { runnerId: "runner" } })).toEqual([8, 7, 6]);
    expect(await ns.list({ filter: { started: true } })).toEqual([5]);
    expect(await ns.list({ filter: { started: false } })).toEqual([10]);
    const orderBy = ListOrder.CLAIM_ORDER;
    expect(await ns.list({ orderBy, filter: { started: false } })).toEqual([10]);
    expect(await ns.list({ orderBy, filter: { runnerId: "alpha" } })).toEqual([5]);
    // A runner whose attempt is over and whose job waits again is not the job's runner any more.
    const [lease] = await ns.claim({ runnerId: "gamma" });
    await ns.finish(lease as { jobId: string }, Outcome_Kind.RELEASED);
    expect(await ns.list({ filter: { runnerId: "gamma" } })).toEqual([]);
    await system.jobs.cancelJobs({ namespace: ns.namespace, jobIds: [lease?.jobId ?? ""] });
    expect(await ns.list({ filter: { runnerId: "gamma" } })).toEqual([]);
  });

  it("go by queue, kind, subject, time, number and id, and must all hold", async () => {
    const ns = fresh();
    const first = await ns.submit({ queue: "a", kind: "x", subject: "s" });
    await tick();
    const between = timestampFromMs(Date.now());
    await tick();
    await ns.submitAll([
      { queue: "a", kind: "y", subject: "s" },
      { queue: "b", kind: "x", subject: "s" },
      { queue: "b", kind: "z", subject: "t" },
    ]);
    for (const orderBy of [ListOrder.OLDEST, ListOrder.CLAIM_ORDER]) {
      const of = (filter: object) => ns.list({ filter, orderBy });
      expect(await of({ queue: "a" })).toEqual([1, 2]);
      expect(await of({ queue: "none" })).toEqual([]);
      expect(await of({ kinds: ["x", "z"] })).toEqual([1, 3, 4]);
      expect(await of({ subject: "s" })).toEqual([1, 2, 3]);
      expect(await of({ subject: "s", kinds: ["x"], queue: "b" })).toEqual([3]);
      expect(await of({ createdBefore: between })).toEqual([1]);
      expect(await of({ createdAfter: between, subject: "s" })).toEqual([2, 3]);
      expect(await of({ afterSerial: 2n })).toEqual([3, 4]);
      expect(await of({ jobIds: [first.jobId], queue: "a" })).toEqual([1]);
      expect(await of({ jobIds: [first.jobId], queue: "b" })).toEqual([]);
    }
    await expect(ns.list({ filter: { jobIds: ["x"] } })).rejects.toSatisfy(because("MALFORMED_ID"));
    await expect(ns.list({ filter: { states: [99 as JobState] } })).rejects.toSatisfy(because("INVALID_ARGUMENT"));
    expect(await testNamespace("never-used", () => system).list()).toEqual([]);
  });

  it("find what ended badly by queue and kind, also where rows don't say these", async () => {
    const ns = fresh();
    const specs = Array.from({ length: 24 }, (_, i) => ({
      ...{ queue: `q${i % 2}`, kind: `k${i % 3}`, subject: i % 4 === 0 ? "s" : "" },
      // Each a shape of its own.
      ...(i >= 12 && { requiredLabels: { [`l${i}`]: "" } }),
    }));
    const jobs = await ns.submitAll(specs);
    const ended = new Map<number, JobState>();
    for (const [i, { jobId }] of jobs.entries()) {
      if (i % 5 === 0) continue;
      await tick();
      await ns.run(jobId, i % 5 === 1 ? Outcome_Kind.SUCCEEDED : Outcome_Kind.FAILED);
      ended.set(i, i % 5 === 1 ? SUCCEEDED : FAILED);
    }
    const asked: { queue?: string; kinds?: string[]; subject?: string }[] = [
      ...[{ queue: "q0" }, { kinds: ["k1"] }, { kinds: ["k1", "k2", "k1"] }, { queue: "q1", kinds: ["k0", "k2"] }],
      ...[{ kinds: Array.from({ length: 12 }, (_, i) => `k${i}`) }, { queue: "q0", subject: "s" }, { queue: "none" }],
    ];
    const check = async () => {
      for (const states of [[FAILED], [FAILED, CANCELLED], [FAILED, SUCCEEDED]]) {
        for (const { queue, kinds, subject } of asked) {
          const filter = { states, ...(queue && { queue }), ...(kinds && { kinds }), ...(subject && { subject }) };
          const expected = [...ended].flatMap(([i, state]) => {
            const spec = specs[i] as (typeof specs)[number];
            const fits = (!queue || queue === spec.queue) && (!kinds || kinds.includes(spec.kind));
            return states.includes(state) && fits && (!subject || subject === spec.subject) ? [i + 1] : [];
          });
          expect(await ns.list({ filter, orderBy: ListOrder.OLDEST })).toEqual(expected);
          expect(await ns.list({ filter, orderBy: ListOrder.END_TIME_ASC })).toEqual(expected);
          expect(await paged(ns, { filter, orderBy: ListOrder.NEWEST }, 3)).toEqual([...expected].reverse());
          const { total } = await system.jobs.listJobs({ namespace: ns.namespace, filter, wantTotal: true });
          expect(total).toBe(BigInt(expected.length));
        }
      }
    };
    await check();
    // As rows of before the columns are, some of them and then all.
    for (const which of ["serial % 2 = 0", "true"]) {
      await pool.query(`update scheduler.outcomes set shape = null, job_kind = null where ${which}`);
      await check();
    }
    const { rows } = await pool.query(
      "select from scheduler.outcomes where job_state = 'SUCCEEDED' and shape is not null",
    );
    expect(rows).toHaveLength(0);
  });

  it("go by labels, which have no index, with pages, in every order", async () => {
    const ns = fresh();
    const labels = (i: number) => ({ even: String(i % 2 === 0), third: String(i % 3), n: String(i) });
    for (let at = 0; at < 1_200; at += 600)
      await ns.submitAll(Array.from({ length: 600 }, (_, i) => ({ labels: labels(at + i + 1) })));
    await ns.submit();
    const matching = Array.from({ length: 1_200 }, (_, i) => i + 1).filter((i) => i % 6 === 0);
    const filter = { labels: { even: "true", third: "0" } };
    expect(await paged(ns, { filter, orderBy: ListOrder.OLDEST }, 70)).toEqual(matching);
    expect(await paged(ns, { filter }, 33)).toEqual([...matching].reverse());
    expect(await paged(ns, { filter, orderBy: ListOrder.START_TIME_ASC }, 70)).toEqual([...matching].reverse());
    expect(await ns.list({ filter, skip: 3, pageSize: 2, orderBy: ListOrder.OLDEST })).toEqual([24, 30]);
    expect(await ns.list({ filter: { labels: { n: "1200", even: "true" } } })).toEqual([1_200]);
    expect(await ns.list({ filter: { labels: { n: "7", even: "true" } } })).toEqual([]);
    expect(await ns.list({ filter: { labels: { missing: "" } } })).toEqual([]);
    expect(await ns.list({ filter: { labels: { third: "1" }, afterSerial: 1_195n } })).toEqual([1_198]);
    await expect(ns.list({ filter, wantTotal: true })).rejects.toSatisfy(because("INVALID_ARGUMENT"));
    await expect(ns.list({ filter, orderBy: ListOrder.CLAIM_ORDER })).rejects.toSatisfy(because("INVALID_ARGUMENT"));
  });

  it("follow chains of jobs that resume from each other, both ways", async () => {
    const ns = fresh();
    const first = await ns.submit({ kind: "k" });
    const second = await ns.submit({ resumeFrom: first.jobId });
    const [third] = await ns.submitAll([{ resumeFrom: second.jobId }, { resumeFrom: second.jobId }]);
    expect(await ns.list({ filter: { resumeFrom: first.jobId } })).toEqual([2]);
    expect(await ns.list({ filter: { resumeFrom: second.jobId } })).toEqual([4, 3]);
    expect(await ns.list({ filter: { resumeFrom: second.jobId, afterSerial: 3n } })).toEqual([4]);
    expect(await ns.list({ filter: { resumeFrom: third?.jobId ?? "" } })).toEqual([]);
    const back: string[] = [];
    for (let id = third?.jobId ?? ""; id !== ""; ) {
      back.push(id);
      id = (await ns.job(id)).spec?.resumeFrom ?? "";
    }
    expect(back).toEqual([third?.jobId, second.jobId, first.jobId]);
    await ns.run(first.jobId);
    const [lease] = await ns.claim();
    expect(lease?.resumeFrom).toBe(first.jobId);
    await expect(ns.list({ filter: { resumeFrom: "x" } })).rejects.toSatisfy(because("MALFORMED_ID"));
    await expect(ns.submit({ resumeFrom: "x" })).rejects.toSatisfy(because("MALFORMED_ID"));
  });
});

describe("orders", () => {
  it("go by start, end and last change of the last attempt, as the jobs show them", async () => {
    const ns = fresh();
    const ids = (await ns.submitAll(Array.from({ length: 7 }, () => ({})))).map(({ jobId }) => jobId);
    const steps = [
      () => ns.claim({ jobId: ids[4] as string, start: true }),
      () => ns.claim({ jobId: ids[1] as string, start: true }),
      () => ns.finish({ jobId: ids[4] as string }),
      // Waits again: its attempt has started and ended, and it has not.
      () => ns.claim({ jobId: ids[2] as string, start: true }),
      () => ns.finish({ jobId: ids[2] as string }, Outcome_Kind.RELEASED),
      // Has an attempt that has not started.
      () => ns.claim({ jobId: ids[3] as string }),
      () => system.jobs.cancelJobs({ namespace: ns.namespace, jobIds: [ids[5] as string] }),
      // Cancelled while it waited after an attempt.
      () => ns.claim({ jobId: ids[6] as string, start: true }),
      () => ns.finish({ jobId: ids[6] as string }, Outcome_Kind.RELEASED),
      () => system.jobs.cancelJobs({ namespace: ns.namespace, jobIds: [ids[6] as string] }),
    ];
    for (const step of steps) {
      await tick();
      await step();
    }
    await tick();
    const attempt = { jobId: ids[1] as string, by: { case: "attempt" as const, value: 1 } };
    const report = { case: "progress" as const, value: { progress: { current: 1 } } };
    await system.dispatch.reportAttempts({ reports: [{ namespace: ns.namespace, attempt, report }] });
    const of = (orderBy: ListOrder) => ns.list({ orderBy });
    expect(await of(ListOrder.START_TIME_ASC)).toEqual([5, 2, 3, 7, 6, 4, 1]);
    expect(await of(ListOrder.START_TIME_DESC)).toEqual([7, 3, 2, 5, 6, 4, 1]);
    expect(await of(ListOrder.END_TIME_ASC)).toEqual([5, 6, 7, 4, 3, 2, 1]);
    expect(await of(ListOrder.END_TIME_DESC)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    await eventually(async () => expect(await of(ListOrder.UPDATE_TIME_DESC)).toEqual([2, 7, 6, 4, 3, 5, 1]));
    expect(await of(ListOrder.UPDATE_TIME_ASC)).toEqual([1, 5, 3, 4, 6, 7, 2]);
    for (const orderBy of [3, 4, 5, 6, 7, 8, 9]) {
      const all = await of(orderBy);
      for (const pageSize of [1, 2, 3]) expect(await paged(ns, { orderBy }, pageSize)).toEqual(all);
      expect(await ns.list({ orderBy, skip: 2, pageSize: 3 })).toEqual(all.slice(2, 5));
      const { total } = await system.jobs.listJobs({ namespace: ns.namespace, orderBy, wantTotal: true, pageSize: 1 });
      expect(total).toBe(orderBy === ListOrder.CLAIM_ORDER ? 4n : 7n);
    }
    await expect(of(99 as ListOrder)).rejects.toSatisfy(because("INVALID_ARGUMENT"));
  });

  it("by end and filters by state take the last end of a job that was opened again, and only while it is ended", async () => {
    const ns = fresh();
    const { namespace } = ns;
    const ids = (await ns.submitAll(Array.from({ length: 4 }, () => ({ kind: "k" })))).map(({ jobId }) => jobId);
    for (const id of ids.slice(0, 3)) {
      await tick();
      await ns.run(id, Outcome_Kind.FAILED);
    }
    const failed = { filter: { states: [FAILED], kinds: ["k"] } };
    expect(await ns.list(failed)).toEqual([3, 2, 1]);
    await system.jobs.retryJobs({ namespace, jobIds: ids.slice(0, 2) });
    expect(await ns.list(failed)).toEqual([3]);
    await tick();
    await ns.run(ids[0] as string);
    expect(await ns.list({ filter: { states: [SUCCEEDED] } })).toEqual([1]);
    expect(await ns.list({ filter: { runnerId: "runner" } })).toEqual([3, 1]);
    expect(await ns.list({ orderBy: ListOrder.END_TIME_DESC })).toEqual([1, 3, 4, 2]);
    expect(await ns.list({ orderBy: ListOrder.END_TIME_ASC })).toEqual([3, 1, 4, 2]);
    const endedOnly = { filter: { states: [SUCCEEDED, FAILED] }, orderBy: ListOrder.END_TIME_DESC };
    expect(await ns.list(endedOnly)).toEqual([1, 3]);
    expect(await paged(ns, endedOnly, 1)).toEqual([1, 3]);
    const openOnly = { filter: { states: [QUEUED] }, orderBy: ListOrder.END_TIME_DESC };
    expect(await ns.list(openOnly)).toEqual([4, 2]);
    // Beyond the last match there is nothing, and the total says how many there are.
    const beyond = await system.jobs.listJobs({ namespace, skip: 5, wantTotal: true });
    expect([beyond.jobs, beyond.total]).toEqual([[], 4n]);
  });

  it("of claims merge queues, and put running jobs at their places", async () => {
    const ns = fresh();
    const order = (rankClass: number, value: number) => ({ rankClass, rankBy: { case: "rank" as const, value } });
    await ns.submitAll([
      { order: order(0, 3), queue: "a" },
      { order: order(0, 1), queue: "b", policies: { lease: durationFromMs(60_000) } },
      { order: order(-1, 9), queue: "a", kind: "x" },
      { order: order(0, 2), queue: "a" },
      { order: order(0, 2), queue: "b", concurrencyKeys: ["k"] },
    ]);
    await ns.claim({ maxJobs: 2 });
    const orderBy = ListOrder.CLAIM_ORDER;
    expect(await ns.list({ orderBy })).toEqual([3, 2, 4, 5, 1]);
    expect(await ns.list({ orderBy, filter: { queue: "b" } })).toEqual([2, 5]);
    // A page goes on behind its last job, though those before have ended meanwhile.
    const { namespace } = ns;
    const first = await system.jobs.listJobs({ namespace, orderBy, pageSize: 2 });
    for (const { id } of first.jobs) await ns.finish({ jobId: id });
    const second = await system.jobs.listJobs({ namespace, orderBy, pageSize: 9, pageToken: first.nextPageToken });
    expect(second.jobs.map(({ serial }) => Number(serial))).toEqual([4, 5, 1]);
  });
});

describe("pages", () => {
  it("hold for one query, also while jobs with other policies are submitted", async () => {
    const ns = fresh();
    await ns.submitAll(Array.from({ length: 5 }, () => ({ queue: "q" })));
    const { namespace } = ns;
    const labels = { b: "1", a: "2" };
    await ns.submitAll([
      { queue: "q", labels },
      { queue: "q", labels },
    ]);
    const list = (request: object) => system.jobs.listJobs({ namespace, pageSize: 1, ...request });
    const filter = { queue: "q" };
    const { nextPageToken: pageToken } = await list({ filter });
    await ns.submit({ queue: "q", policies: { maxAttempts: 9 }, requiredLabels: { x: "y" } });
    const next = await list({ filter, pageToken });
    expect(next.jobs.map(({ serial }) => serial)).toEqual([6n]);
    const wrong = because("PAGE_TOKEN_INVALID");
    await expect(list({ filter: { queue: "r" }, pageToken })).rejects.toSatisfy(wrong);
    await expect(list({ pageToken })).rejects.toSatisfy(wrong);
    await expect(list({ filter, orderBy: ListOrder.OLDEST, pageToken })).rejects.toSatisfy(wrong);
    await expect(list({ filter, orderBy: ListOrder.CLAIM_ORDER, pageToken })).rejects.toSatisfy(wrong);
    await expect(list({ filter, pageToken: "nonsense" })).rejects.toSatisfy(wrong);
    await expect(list({ filter, pageSize: 1_001 })).rejects.toSatisfy(because("INVALID_ARGUMENT"));
    // The order in which a client writes labels does not matter.
    const labelled = await list({ filter: { labels: { a: "2", b: "1" } } });
    expect((await list({ filter: { labels }, pageToken: labelled.nextPageToken })).jobs[0]?.serial).toBe(6n);
  });

  it("stay short, however much the filter names", async () => {
    const ns = fresh();
    const jobs = await ns.submitAll(Array.from({ length: 500 }, () => ({})));
    const filter = { jobIds: jobs.map(({ jobId }) => jobId) };
    const { nextPageToken } = await system.jobs.listJobs({ namespace: ns.namespace, filter, pageSize: 1 });
    expect(nextPageToken.length).toBeLessThan(100);
    expect(await paged(ns, { filter }, 200)).toHaveLength(500);
  });

  it("are bounded by bytes where payloads are shown", async () => {
    const ns = fresh();
    const input = json("x".repeat(400_000));
    for (let i = 0; i < 8; i++) await ns.submit({ input });
    const { namespace } = ns;
    for (const orderBy of [ListOrder.NEWEST, ListOrder.UPDATE_TIME_ASC, ListOrder.CLAIM_ORDER]) {
      const request = { orderBy, view: JobView.PAYLOADS };
      const { jobs, nextPageToken } = await system.jobs.listJobs({ namespace, ...request });
      expect(jobs).toHaveLength(5);
      expect(nextPageToken).not.toBe("");
      expect((await paged(ns, request, 100)).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(await ns.list({ orderBy })).toHaveLength(8);
    }
  });
});
