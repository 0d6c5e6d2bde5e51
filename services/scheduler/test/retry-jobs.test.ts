import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { createPool, type Pool } from "@switchyard/postgres";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { AttemptState, Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { EndReason, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJobIdCodec } from "../src/ids/job-id.js";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { because, type TestNamespace, testNamespace } from "./test-namespace.js";

const { FAILED, SUCCEEDED, TIMED_OUT } = Outcome_Kind;

let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;
let counter = 0;
const fresh = () => testNamespace(`retry-${++counter}`, () => system);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
  pool = createPool({ url: database.url, applicationName: "retry-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

async function retry({ namespace }: TestNamespace, jobIds: string[], more = {}) {
  const { results } = await system.jobs.retryJobs({ namespace, jobIds, ...more });
  return results;
}

describe("retrying a job that has ended", () => {
  it("opens it under its own id, with a fresh budget, and goes on counting attempts", async () => {
    const ns = fresh();
    const { jobId, serial } = await ns.submit({ policies: { maxAttempts: 1 } });
    await ns.run(jobId, FAILED);
    const before = await ns.job(jobId);
    const [result] = await retry(ns, [jobId], { actor: "me" });
    expect(result).toMatchObject({ jobId, reason: ErrorReason.UNSPECIFIED, previousState: JobState.FAILED });
    const open = await ns.job(jobId);
    expect(open).toMatchObject({ id: jobId, serial, state: JobState.QUEUED, reopenCount: 1, revision: 2n });
    expect(open).toMatchObject({
      attemptCount: 1,
      countedAttempts: 0,
      endReason: EndReason.UNSPECIFIED,
      endMessage: "",
    });
    expect(open.endTime).toBeUndefined();
    expect(open.shortId).not.toBe(before.shortId);
    const [lease] = await ns.claim();
    expect(lease).toMatchObject({ jobId, attempt: 2 });
    await ns.finish({ jobId, attempt: 2 }, FAILED, { retryable: true, message: "again" });
    const after = await ns.job(jobId);
    expect(after).toMatchObject({ state: JobState.FAILED, endMessage: "again", attemptCount: 2, countedAttempts: 1 });
    expect(after.attempts.map(({ number, reopen, state }) => [number, reopen, state])).toEqual([
      [1, 0, AttemptState.FAILED],
      [2, 1, AttemptState.FAILED],
    ]);
    // Every name that it ever had leads to it, and each attempt to itself.
    for (const id of [jobId, ...after.attempts.map((attempt) => attempt.id)]) expect((await ns.job(id)).id).toBe(jobId);
    for (const value of [before.shortId, after.shortId]) {
      const by = { case: "shortId" as const, value };
      expect((await system.jobs.getJob({ namespace: ns.namespace, by })).job?.id).toBe(jobId);
    }
  });

  it("gives it a short id for each reopening; one that has not come names nothing", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit();
    await ns.run(jobId, FAILED);
    const { rows } = await pool.query<{ id_key: Buffer }>("select id_key from scheduler.installation");
    const codec = createJobIdCodec(rows[0]?.id_key as Buffer, ns.namespace);
    const named = async (reopen: number) => {
      const by = { case: "shortId" as const, value: codec.encodeShort(1, reopen) };
      return (await system.jobs.getJob({ namespace: ns.namespace, by })).job?.id;
    };
    expect(await named(0)).toBe(jobId);
    await expect(named(1)).rejects.toSatisfy(because("JOB_NOT_FOUND"));
    await retry(ns, [jobId]);
    expect([await named(0), await named(1)]).toEqual([jobId, jobId]);
    await expect(named(2)).rejects.toSatisfy(because("JOB_NOT_FOUND"));
  });

  it("takes jobs out of the three bad ends by default, and out of the named ones", async () => {
    const ns = fresh();
    const jobs = await ns.submitAll([{}, {}, {}, {}, {}]);
    const ids = jobs.map(({ jobId }) => jobId);
    const [failed = "", timedOut = "", cancelled = "", succeeded = "", open = ""] = ids;
    await ns.run(failed, FAILED);
    await ns.run(timedOut, TIMED_OUT);
    await system.jobs.cancelJobs({ namespace: ns.namespace, jobIds: [cancelled] });
    await ns.run(succeeded, SUCCEEDED);
    const results = await retry(ns, ids);
    expect(results.map(({ reason }) => reason)).toEqual([0, 0, 0, ErrorReason.WRONG_STATE, ErrorReason.WRONG_STATE]);
    expect(results.map(({ job }) => job?.state)).toEqual([
      ...[JobState.QUEUED, JobState.QUEUED, JobState.QUEUED],
      ...[JobState.SUCCEEDED, JobState.QUEUED],
    ]);
    const again = await retry(ns, [succeeded, open], { expectedStates: [JobState.SUCCEEDED] });
    expect(again.map(({ reason }) => reason)).toEqual([0, ErrorReason.WRONG_STATE]);
    const waiting = { expectedStates: [JobState.QUEUED] };
    await expect(retry(ns, [open], waiting)).rejects.toSatisfy(because("INVALID_ARGUMENT"));
    await expect(retry(ns, [])).rejects.toSatisfy(because("INVALID_ARGUMENT"));
  });

  it("keeps the place, as it was last, or takes the one that is given", async () => {
    const ns = fresh();
    const place = (rankClass: number, rank: number, weight: number) => ({
      ...{ rankClass, weight, rankBy: { case: "rank" as const, value: rank } },
    });
    const { jobId } = await ns.submit({ order: place(1, 2, 3) });
    await system.jobs.reorderJob({ namespace: ns.namespace, jobId, order: place(4, 5, 6) });
    await ns.run(jobId, FAILED);
    await retry(ns, [jobId]);
    expect((await ns.job(jobId)).spec?.order).toMatchObject(place(4, 5, 6));
    await ns.claim();
    await ns.finish({ jobId, attempt: 2 }, FAILED);
    await ns.submit({ order: place(0, -7, 0) });
    const relative = { case: "relative" as const, value: { base: 1, offset: -1 } };
    await retry(ns, [jobId], { order: { rankBy: relative } });
    expect((await ns.job(jobId)).spec?.order).toMatchObject(place(0, -8, 0));
    expect((await ns.claim())[0]?.jobId).toBe(jobId);
  });

  it("gives back the re-use key only if it is free", async () => {
    const ns = fresh();
    const reuse = { key: "k", states: [ReuseState.ACTIVE] };
    const old = await ns.submit({ reuse });
    await ns.run(old.jobId, FAILED);
    await retry(ns, [old.jobId]);
    expect((await ns.submit({ reuse })).jobId).toBe(old.jobId);
    await ns.finish({ jobId: (await ns.claim())[0]?.jobId ?? "", attempt: 2 }, FAILED);
    const young = await ns.submit({ reuse });
    expect(young.jobId).not.toBe(old.jobId);
    await retry(ns, [old.jobId]);
    expect((await ns.submit({ reuse })).jobId).toBe(young.jobId);
    await ns.run(young.jobId);
    expect((await ns.submit({ reuse })).jobId).toBe(old.jobId);
  });

  it("starts the time to be started anew", async () => {
    const ns = fresh();
    const policies = { scheduleToStartTimeout: durationFromMs(300) };
    const { jobId } = await ns.submit({ policies });
    const notStarted = (reopenCount: number) =>
      eventually(async () => {
        expect(await ns.job(jobId)).toMatchObject({ endReason: EndReason.NOT_STARTED, reopenCount });
      });
    await notStarted(0);
    // Its first time is long over.
    await retry(ns, [jobId]);
    expect((await ns.job(jobId)).state).toBe(JobState.QUEUED);
    await notStarted(1);
    const claimed = await ns.submit({ policies });
    await ns.run(claimed.jobId, FAILED);
    await retry(ns, [claimed.jobId]);
    system = await system.restart();
    await eventually(async () => expect((await ns.job(claimed.jobId)).endReason).toBe(EndReason.NOT_STARTED));
  });

  it("happens once for two calls at once, and once more for each end", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit();
    for (let round = 1; round <= 5; round++) {
      await ns.claim();
      await ns.finish({ jobId, attempt: round }, FAILED);
      const calls = await Promise.all([1, 2, 3].map(() => retry(ns, [jobId])));
      expect(calls.flat().filter(({ reason }) => reason === 0)).toHaveLength(1);
      expect((await ns.job(jobId)).reopenCount).toBe(round);
    }
  });

  it("is refused after 255 times", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit();
    await ns.run(jobId, FAILED);
    await pool.query(
      "update scheduler.outcomes o set reopen = 254 from scheduler.namespaces n where n.id = o.ns and n.name = $1",
      [ns.namespace],
    );
    expect((await retry(ns, [jobId]))[0]?.reason).toBe(0);
    await system.jobs.cancelJobs({ namespace: ns.namespace, jobIds: [jobId] });
    expect((await retry(ns, [jobId]))[0]?.reason).toBe(ErrorReason.QUOTA_EXCEEDED);
    expect((await ns.job(jobId)).reopenCount).toBe(255);
  });
});

describe("a retry that is repeated", () => {
  it("changes nothing, wherever the job is by then, also after a restart", async () => {
    const ns = fresh();
    const jobs = await ns.submitAll([{}, {}]);
    const ids = jobs.map(({ jobId }) => jobId);
    for (const id of ids) await ns.run(id, FAILED);
    const call = { requestId: "retry-1" };
    const reasons = async (more: object = call) => (await retry(ns, ids, more)).map(({ reason }) => reason);
    expect(await reasons()).toEqual([0, 0]);
    expect(await reasons()).toEqual([0, 0]);
    expect(await reasons({})).toEqual([ErrorReason.WRONG_STATE, ErrorReason.WRONG_STATE]);
    await ns.claim({ jobId: ids[0] as string });
    await ns.finish({ jobId: ids[0] as string, attempt: 2 }, FAILED);
    for (let i = 0; i < 2; i++) {
      expect(await reasons()).toEqual([0, 0]);
      expect((await ns.job(ids[0] as string)).state).toBe(JobState.FAILED);
      system = await system.restart();
    }
    expect(await reasons({ requestId: "retry-2" })).toEqual([0, ErrorReason.WRONG_STATE]);
    expect((await ns.job(ids[0] as string)).reopenCount).toBe(2);
  });
});

describe("a reopened job over a restart", () => {
  it("has its place, its count and its attempts", async () => {
    const ns = fresh();
    const order = { rankClass: -3, rankBy: { case: "rank" as const, value: 1.5 }, weight: 2 };
    const { jobId } = await ns.submit({ concurrencyKeys: ["b", "a"], labels: { x: "y" } });
    await ns.run(jobId, FAILED);
    await retry(ns, [jobId], { order });
    system = await system.restart();
    const job = await ns.job(jobId);
    expect(job).toMatchObject({ state: JobState.QUEUED, reopenCount: 1, revision: 2n, attemptCount: 1 });
    expect(job.spec).toMatchObject({ order, labels: { x: "y" }, concurrencyKeys: ["b", "a"] });
    await ns.submit();
    const [lease] = await ns.claim();
    expect(lease).toMatchObject({ jobId, attempt: 2 });
    expect((await ns.finish({ jobId, attempt: 1 }, FAILED)).repeatedReport).toBe(true);
    expect((await ns.finish({ jobId, attempt: 2 }, SUCCEEDED)).reason).toBe(0);
    expect(await ns.job(jobId)).toMatchObject({ state: JobState.SUCCEEDED, attemptCount: 2 });
  });

  it("is open or ended, whichever was stored last, in lists and look-ups", async () => {
    const ns = fresh();
    const reuse = { key: "k", states: [ReuseState.CANCELLED] };
    const { jobId } = await ns.submit({ reuse });
    await ns.run(jobId, FAILED);
    await retry(ns, [jobId]);
    const listed = (state: JobState) => ns.list({ filter: { states: [state] } });
    const { namespace } = ns;
    const lookUp = () =>
      system.jobs.lookupResult({ namespace, by: { case: "key", value: "k" }, states: [ReuseState.FAILED] });
    for (let i = 0; i < 2; i++) {
      expect(await listed(JobState.QUEUED)).toEqual([1]);
      expect(await listed(JobState.FAILED)).toEqual([]);
      await expect(lookUp()).rejects.toSatisfy(because("RESULT_NOT_FOUND"));
      system = await system.restart();
    }
    await system.jobs.cancelJobs({ namespace, jobIds: [jobId] });
    for (let i = 0; i < 2; i++) {
      expect(await listed(JobState.CANCELLED)).toEqual([1]);
      expect(await listed(JobState.FAILED)).toEqual([]);
      await expect(lookUp()).rejects.toSatisfy(because("RESULT_NOT_FOUND"));
      system = await system.restart();
    }
  });
});
