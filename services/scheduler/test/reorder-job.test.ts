import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { TestDatabase } from "@switchyard/testkit";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { because, type TestNamespace, testNamespace } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
let counter = 0;
const fresh = () => testNamespace(`reorder-${++counter}`, () => system);

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
const relative = (offset: number, rankClass = 0) => ({
  ...{ rankClass, rankBy: { case: "relative" as const, value: { base: 1, offset } } },
});
const reorder = ({ namespace }: TestNamespace, jobId: string, place: object, expectedRevision = 0n) =>
  system.jobs.reorderJob({ namespace, jobId, order: place, expectedRevision });
const ranks = async (ns: TestNamespace, ids: string[]) =>
  Promise.all(ids.map(async (id) => (await ns.job(id)).spec?.order?.rankBy.value));

describe("giving a job another place", () => {
  it("moves it and raises its revision; the answer has both", async () => {
    const ns = fresh();
    const jobs = await ns.submitAll([{ order: order(0, 1, 2) }, { order: order(0, 2, 3) }, { order: order(0, 3, 4) }]);
    const last = jobs[2]?.jobId as string;
    const moved = await reorder(ns, last, order(0, 1.5, 9));
    expect(moved.job).toMatchObject({ id: last, revision: 2n, spec: { order: order(0, 1.5, 9) } });
    expect(moved.place).toMatchObject({ position: 1n, weightAhead: 2 });
    expect((await ns.claim({ maxJobs: 9 })).map(({ serial }) => Number(serial))).toEqual([1, 3, 2]);
  });

  it("asks for a revision, if one is named", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit();
    await reorder(ns, jobId, order(0, 1), 1n);
    await expect(reorder(ns, jobId, order(0, 2), 1n)).rejects.toSatisfy(because("REVISION_MISMATCH"));
    await reorder(ns, jobId, order(0, 3), 2n);
    const calls = await Promise.allSettled([1, 2, 3].map((rank) => reorder(ns, jobId, order(0, rank), 3n)));
    expect(calls.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await ns.job(jobId)).revision).toBe(4n);
  });

  it("holds for a running job, from its next attempt on", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit();
    await ns.claim();
    const moved = await reorder(ns, jobId, order(0, 5));
    expect(moved).toMatchObject({ job: { state: JobState.RUNNING, revision: 2n } });
    expect(moved.place).toBeUndefined();
    const other = await ns.submit({ order: order(0, 4) });
    await ns.finish({ jobId }, Outcome_Kind.FAILED, { retryable: true });
    expect((await ns.claim({ maxJobs: 2 })).map((lease) => lease.jobId)).toEqual([other.jobId, jobId]);
  });

  it("and an end at the same moment follow each other", async () => {
    const ns = fresh();
    for (let round = 0; round < 10; round++) {
      const { jobId } = await ns.submit();
      await ns.claim();
      const first = reorder(ns, jobId, order(0, 1));
      const ended = ns.finish({ jobId });
      // These come while the report waits for the first one, each a little later.
      const more = [2, 3, 4, 5, 6, 7, 8].map(async (turns) => {
        for (let i = 0; i < turns * 2; i++) await Promise.resolve();
        await reorder(ns, jobId, order(0, turns)).catch(() => undefined);
      });
      await Promise.all([first, ...more]);
      expect((await ended).reason).toBe(0);
      // Nothing is left of the open job, so it can be opened again.
      const expectedStates = [JobState.SUCCEEDED];
      const { results } = await system.jobs.retryJobs({ namespace: ns.namespace, jobIds: [jobId], expectedStates });
      expect(results[0]?.reason).toBe(0);
      await ns.claim();
      await ns.finish({ jobId, attempt: 2 });
    }
  });

  it("leaves scheduled and blocked jobs where they wait", async () => {
    const ns = fresh();
    const startTime = { seconds: BigInt(Math.floor(Date.now() / 1_000) + 3), nanos: 0 };
    const parent = await ns.submit({ queue: "other" });
    const dependencies = [{ parent: { case: "jobId" as const, value: parent.jobId } }];
    const [scheduled, blocked] = await ns.submitAll([{ startTime }, { dependencies }]);
    expect((await reorder(ns, scheduled?.jobId ?? "", order(0, 2))).job?.state).toBe(JobState.SCHEDULED);
    expect((await reorder(ns, blocked?.jobId ?? "", order(0, 1))).job?.state).toBe(JobState.BLOCKED);
    await ns.run(parent.jobId);
    const wait = { seconds: 10n, nanos: 0 };
    expect((await ns.claim({ wait }))[0]?.jobId).toBe(blocked?.jobId);
    expect((await ns.claim({ wait }))[0]?.jobId).toBe(scheduled?.jobId);
  });

  it("is refused for jobs that have ended, and for those that are not there", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit();
    await ns.run(jobId);
    await expect(reorder(ns, jobId, order(0, 1))).rejects.toSatisfy(because("WRONG_STATE"));
    await system.jobs.deleteJobs({ namespace: ns.namespace, jobIds: [jobId] });
    await expect(reorder(ns, jobId, order(0, 1))).rejects.toSatisfy(because("JOB_NOT_FOUND"));
    await expect(reorder(ns, jobId, order(0, Number.NaN))).rejects.toSatisfy(because("INVALID_ARGUMENT"));
    const { namespace } = ns;
    await expect(system.jobs.reorderJob({ namespace, jobId })).rejects.toSatisfy(because("INVALID_ARGUMENT"));
  });

  it("is there after a restart", async () => {
    const ns = fresh();
    const jobs = await ns.submitAll([{}, {}, {}]);
    await reorder(ns, jobs[2]?.jobId ?? "", order(-1, 7, 1.5));
    await reorder(ns, jobs[2]?.jobId ?? "", order(-2, 7, 2.5));
    await ns.claim();
    await reorder(ns, jobs[2]?.jobId ?? "", order(3, 0, 3.5));
    system = await system.restart();
    expect(await ns.job(jobs[2]?.jobId ?? "")).toMatchObject({ revision: 4n, spec: { order: order(3, 0, 3.5) } });
    await ns.finish({ jobId: jobs[2]?.jobId ?? "" }, Outcome_Kind.RELEASED);
    expect((await ns.claim({ maxJobs: 9 })).map(({ serial }) => Number(serial))).toEqual([1, 2, 3]);
  });

  it("keeps whichever of many places came last, and the order right", async () => {
    const ns = fresh();
    const jobs = await ns.submitAll(Array.from({ length: 20 }, () => ({})));
    await Promise.all(
      jobs.flatMap(({ jobId }, i) =>
        Array.from({ length: 4 }, (_, round) => reorder(ns, jobId, order(0, ((i * 7 + round * 3) % 20) - 10))),
      ),
    );
    const ids = jobs.map(({ jobId }) => jobId);
    const places = await ranks(ns, ids);
    const expected = [...ids.keys()].sort((a, b) => Number(places[a]) - Number(places[b]) || a - b);
    const leases = await ns.claim({ maxJobs: 20 });
    expect(leases.map(({ serial }) => Number(serial) - 1)).toEqual(expected);
    expect((await ns.job(ids[0] as string)).revision).toBe(5n);
  });
});

describe("ranks relative to the others", () => {
  it("begin at 0 in an empty queue, and go below the smallest of all open jobs, item by item", async () => {
    const ns = fresh();
    const items = [relative(-1), relative(-1), relative(5), relative(-0.5, 9)].map((place) => ({ order: place }));
    const jobs = await ns.submitAll(items);
    const ids = jobs.map(({ jobId }) => jobId);
    expect(await ranks(ns, ids)).toEqual([-1, -2, 3, -2.5]);
    // Of other classes too, and of running ones.
    await ns.claim({ jobId: ids[3] as string });
    const front = await ns.submit({ order: relative(-1) });
    expect(await ranks(ns, [front.jobId])).toEqual([-3.5]);
    await reorder(ns, ids[2] as string, relative(-10, 1));
    expect(await ranks(ns, [ids[2] as string])).toEqual([-13.5]);
    // What has ended counts no more; another queue has a minimum of its own.
    await ns.run(ids[2] as string);
    await ns.finish({ jobId: ids[3] as string });
    const later = await ns.submitAll([{ order: relative(0) }, { queue: "other", order: relative(-1) }]);
    expect(
      await ranks(
        ns,
        later.map(({ jobId }) => jobId),
      ),
    ).toEqual([-3.5, -1]);
  });

  it("know what was there before the first of them was asked for, also after a restart", async () => {
    const ns = fresh();
    const jobs = await ns.submitAll([4, -6, 9].map((rank) => ({ order: order(0, rank) })));
    const first = await ns.submit({ order: relative(-1) });
    expect(await ranks(ns, [first.jobId])).toEqual([-7]);
    await ns.claim();
    system = await system.restart();
    const second = await ns.submit({ order: relative(-1) });
    expect(await ranks(ns, [second.jobId])).toEqual([-8]);
    await system.jobs.cancelJobs({ namespace: ns.namespace, jobIds: [second.jobId] });
    await ns.finish(first);
    await ns.run(jobs[1]?.jobId as string);
    expect(await ranks(ns, [(await ns.submit({ order: relative(1) })).jobId])).toEqual([5]);
  });
});

describe("a release to the front", () => {
  it("puts the job before everything else, also after a restart, and counts nothing", async () => {
    const ns = fresh();
    const [first] = await ns.submitAll([{ order: order(0, 3) }, { order: order(0, 4) }, { order: order(0, 5) }]);
    await ns.claim({ maxJobs: 2 });
    const low = await ns.submit({ order: order(0, -20) });
    await ns.finish({ jobId: first?.jobId ?? "" }, Outcome_Kind.RELEASED, { toFront: true });
    expect(await ns.job(first?.jobId ?? "")).toMatchObject({ countedAttempts: 0, spec: { order: order(0, -21) } });
    system = await system.restart();
    expect((await ns.claim({ maxJobs: 2 })).map(({ jobId, attempt }) => [jobId, attempt])).toEqual([
      [first?.jobId, 2],
      [low.jobId, 1],
    ]);
    // Without it the place stays.
    await ns.finish({ jobId: first?.jobId ?? "", attempt: 2 }, Outcome_Kind.RELEASED);
    expect((await ns.job(first?.jobId ?? "")).spec?.order).toMatchObject(order(0, -21));
  });
});
