import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { SubmittedJob_Disposition } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { OnConflict, ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import type { TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { json, type SpecInit, testNamespace } from "./test-namespace.js";

const { CREATED, JOINED, AMENDED } = SubmittedJob_Disposition;
const { REPLACE_UNLESS_WORSE_CLASS, KEEP_BEST_ORDER } = OnConflict;

let database: TestDatabase;
let system: TestScheduler;
let counter = 0;
const fresh = () => testNamespace(`conflict-${++counter}`, () => system);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

const order = (rankClass: number, rank: number, weight = 0) => ({
  rankClass,
  rankBy: { case: "rank" as const, value: rank },
  weight,
});

/** A job with the key `k`; whatever is said besides. */
const keyed = (onConflict: OnConflict, spec: SpecInit = {}): SpecInit => ({
  ...spec,
  reuse: { key: "k", states: [ReuseState.ACTIVE], onConflict },
});

const text = (payload: { data: Uint8Array } | undefined) => Buffer.from(payload?.data ?? []).toString();

describe("a conflict that replaces", () => {
  const replacing = (spec: SpecInit = {}) => keyed(REPLACE_UNLESS_WORSE_CLASS, spec);

  it("gives a waiting job other input, labels, secret names and another place; all else stays", async () => {
    const ns = fresh();
    await ns.submit({ order: order(0, 5) });
    const first = await ns.submit(
      replacing({
        ...{ input: json(1), labels: { a: "1", b: "1" }, secretNames: ["old"], order: order(0, 9, 3) },
        ...{ subject: "s", clientData: Buffer.from("mine"), submitter: "me", kind: "first" },
      }),
    );
    const second = await ns.submit(
      replacing({
        ...{ input: json(2), labels: { a: "2" }, secretNames: ["new"], order: order(0, 1, 4) },
        ...{ subject: "t", clientData: Buffer.from("other"), submitter: "you", kind: "second" },
      }),
    );
    expect(second).toMatchObject({ jobId: first.jobId, serial: first.serial, disposition: AMENDED });
    const job = await ns.job(first.jobId);
    expect(job).toMatchObject({ revision: 2n, state: JobState.QUEUED, createTime: first.createTime });
    expect(job.spec).toMatchObject({ labels: { a: "2" }, secretNames: ["new"], order: order(0, 1, 4) });
    expect(job.spec).toMatchObject({ subject: "s", submitter: "me", kind: "first" });
    expect(Buffer.from(job.spec?.clientData ?? []).toString()).toBe("mine");
    expect(text(job.spec?.input)).toBe("2");
    expect(await ns.list({ filter: { labels: { a: "2" } } })).toEqual([2]);
    expect(await ns.list({ filter: { labels: { a: "1" } } })).toEqual([]);
    expect(await ns.list({ filter: { subject: "s" } })).toEqual([2]);
    const [lease] = await ns.claim();
    expect(lease).toMatchObject({ jobId: first.jobId, labels: { a: "2" }, secretNames: ["new"], subject: "s" });
    expect(text(lease?.input)).toBe("2");
  });

  it("takes a worse rank too, but no worse class", async () => {
    const ns = fresh();
    await ns.submit(replacing({ input: json(1), order: order(2, 1) }));
    const worse = await ns.submit(replacing({ input: json(2), order: order(3, 0) }));
    expect(worse.disposition).toBe(JOINED);
    expect(text((await ns.job(worse.jobId)).spec?.input)).toBe("1");
    expect((await ns.submit(replacing({ order: order(2, 7) }))).disposition).toBe(AMENDED);
    expect((await ns.submit(replacing({ order: order(1, 8) }))).disposition).toBe(AMENDED);
    const { spec, revision } = await ns.job(worse.jobId);
    expect(spec?.order).toMatchObject(order(1, 8));
    expect(revision).toBe(3n);
  });

  it("does not touch a running attempt; the next one gets the new input", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit(replacing({ input: json(1), labels: { a: "1" } }));
    const [lease] = await ns.claim();
    expect(text(lease?.input)).toBe("1");
    expect(await ns.submit(replacing({ input: json(2), labels: { a: "2" } }))).toMatchObject({
      ...{ jobId, disposition: AMENDED, state: JobState.RUNNING },
    });
    const progress = { namespace: ns.namespace, attempt: { jobId, by: { case: "attempt" as const, value: 1 } } };
    const started = { ...progress, report: { case: "start" as const, value: {} } };
    const { results } = await system.dispatch.reportAttempts({ reports: [started] });
    expect(results[0]?.reason).toBe(0);
    await ns.finish({ jobId }, Outcome_Kind.FAILED, { retryable: true });
    const [next] = await ns.claim();
    expect(next).toMatchObject({ jobId, attempt: 2, labels: { a: "2" } });
    expect(text(next?.input)).toBe("2");
  });

  it("leaves a scheduled job scheduled and a blocked one blocked", async () => {
    const ns = fresh();
    const startTime = { seconds: BigInt(Math.floor(Date.now() / 1_000) + 3_600), nanos: 0 };
    const scheduled = await ns.submit(replacing({ startTime }));
    expect(await ns.submit(replacing({ order: order(0, -1) }))).toMatchObject({
      ...{ jobId: scheduled.jobId, disposition: AMENDED, state: JobState.SCHEDULED },
    });
    const other = fresh();
    const parent = await other.submit();
    const dependencies = [{ parent: { case: "jobId" as const, value: parent.jobId } }];
    const blocked = await other.submit(replacing({ dependencies }));
    const amended = await other.submit(replacing({ order: order(0, -1) }));
    expect(amended).toMatchObject({ jobId: blocked.jobId, disposition: AMENDED, state: JobState.BLOCKED });
    await other.run(parent.jobId);
    expect((await other.claim()).map(({ jobId }) => jobId)).toEqual([blocked.jobId]);
  });

  it("works item by item in one call, on a new job and on an old one", async () => {
    const ns = fresh();
    const items = [1, 2, 3].map((n) => replacing({ input: json(n), labels: { n: String(n) }, order: order(0, n) }));
    const made = await ns.submitAll([...items.slice(0, 2), keyed(OnConflict.RETURN)]);
    expect(made.map(({ disposition }) => disposition)).toEqual([CREATED, AMENDED, JOINED]);
    const [{ jobId } = { jobId: "" }] = made;
    let job = await ns.job(jobId);
    expect(job).toMatchObject({ revision: 2n, spec: { labels: { n: "2" }, order: order(0, 2) } });
    expect(text(job.spec?.input)).toBe("2");
    const changed = await ns.submitAll([
      items[2] ?? {},
      replacing({ order: order(-1, 4, 5) }),
      replacing({ order: order(0, 0) }),
    ]);
    expect(changed.map(({ disposition }) => disposition)).toEqual([AMENDED, AMENDED, JOINED]);
    job = await ns.job(jobId);
    expect(job).toMatchObject({ revision: 4n, spec: { labels: {}, order: order(-1, 4, 5) } });
    expect(text(job.spec?.input)).toBe("");
    expect(await ns.list()).toEqual([1]);
  });

  it("lets one of many calls at once be the last word, each of them whole", async () => {
    const ns = fresh();
    const calls = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        ns.submit(replacing({ input: json(n), labels: { n: String(n) }, order: order(0, n) })),
      ),
    );
    expect(new Set(calls.map(({ jobId }) => jobId)).size).toBe(1);
    expect(calls.filter(({ disposition }) => disposition === AMENDED)).toHaveLength(19);
    const { spec, revision } = await ns.job(calls[0]?.jobId ?? "");
    expect(revision).toBe(20n);
    expect(spec?.labels["n"]).toBe(text(spec?.input));
    expect(spec?.order?.rankBy.value).toBe(Number(text(spec?.input)));
  });

  it("is there after a restart, and stays when the job is reopened", async () => {
    const ns = fresh();
    await ns.submit({ order: order(0, 5) });
    const { jobId } = await ns.submit(replacing({ input: json(1), labels: { a: "1" }, order: order(0, 9) }));
    await ns.submit(replacing({ input: json(2), labels: { a: "2" }, order: order(0, 1) }));
    await ns.submit(keyed(KEEP_BEST_ORDER, { input: json(3), order: order(0, 0.5) }));
    system = await system.restart();
    expect(await ns.job(jobId)).toMatchObject({ revision: 3n, spec: { labels: { a: "2" }, order: order(0, 0.5) } });
    const [lease] = await ns.claim();
    expect(lease).toMatchObject({ jobId, labels: { a: "2" } });
    expect(text(lease?.input)).toBe("2");
    await ns.finish({ jobId }, Outcome_Kind.FAILED);
    await system.jobs.retryJobs({ namespace: ns.namespace, jobIds: [jobId] });
    const [again] = await ns.claim();
    expect(again).toMatchObject({ jobId, attempt: 2, labels: { a: "2" } });
    expect(text(again?.input)).toBe("2");
  });
});

describe("a conflict that keeps the better place", () => {
  const better = (spec: SpecInit = {}) => keyed(KEEP_BEST_ORDER, spec);

  it("moves the job forward and never back, and changes nothing else", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit(better({ input: json(1), order: order(2, 5, 7) }));
    const steps = [
      [order(2, 6, 1), JOINED, order(2, 5, 7)],
      [order(3, 0, 1), JOINED, order(2, 5, 7)],
      [order(2, 5, 1), JOINED, order(2, 5, 7)],
      [order(2, 4, 1), AMENDED, order(2, 4, 7)],
      [order(1, 9, 1), AMENDED, order(1, 9, 7)],
    ] as const;
    for (const [asked, disposition, place] of steps) {
      expect((await ns.submit(better({ input: json(2), order: asked }))).disposition).toBe(disposition);
      expect((await ns.job(jobId)).spec?.order).toMatchObject(place);
    }
    const { spec, revision } = await ns.job(jobId);
    expect(text(spec?.input)).toBe("1");
    expect(revision).toBe(3n);
  });

  it("takes ranks relative to the others", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit(better());
    await ns.submit({ order: order(0, -3) });
    const relative = (offset: number) => ({ rankBy: { case: "relative" as const, value: { base: 1, offset } } });
    await ns.submit(better({ order: relative(10) }));
    expect((await ns.job(jobId)).revision).toBe(1n);
    await ns.submit(better({ order: relative(-1) }));
    expect((await ns.job(jobId)).spec?.order).toMatchObject(order(0, -4));
    expect((await ns.claim())[0]?.jobId).toBe(jobId);
  });
});

describe("places in the answer", () => {
  it("come for jobs that wait in line, if asked for", async () => {
    const ns = fresh();
    const startTime = { seconds: BigInt(Math.floor(Date.now() / 1_000) + 3_600), nanos: 0 };
    const jobs = await ns.submitAll(
      [{ order: order(0, 2, 5) }, { order: order(0, 1, 2.5) }, { startTime }, { order: order(-1, 9, 1) }],
      { wantPosition: true },
    );
    expect(jobs.map(({ place }) => place && [Number(place.position), place.weightAhead])).toEqual([
      [2, 3.5],
      [1, 1],
      undefined,
      [0, 0],
    ]);
    const joined = await ns.submit(keyed(KEEP_BEST_ORDER, { order: order(0, 1.5) }), { wantPosition: true });
    expect(joined.place?.position).toBe(2n);
    const promoted = await ns.submit(keyed(KEEP_BEST_ORDER, { order: order(-2, 0) }), { wantPosition: true });
    expect(promoted.place).toMatchObject({ position: 0n, weightAhead: 0 });
    expect((await ns.submit()).place).toBeUndefined();
  });
});
