import { durationFromMs, type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Gate, Gate_Type } from "@switchyard/proto/switchyard/scheduler/v1/explanation_pb";
import type { ExplainJobResponse } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anyKind, createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { because, type TestNamespace, testNamespace } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
let counter = 0;
const fresh = () => testNamespace(`explain-${++counter}`, () => system);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

const explain = ({ namespace }: TestNamespace, jobId: string) => system.jobs.explainJob({ namespace, jobId });

/** The gate of a sort; of several the one about the subject. */
function gate({ gates }: ExplainJobResponse, type: Gate_Type, subject?: string): Gate {
  const found = gates.filter((one) => one.type === type && (subject === undefined || one.subject === subject));
  expect(found).toHaveLength(1);
  return found[0] as Gate;
}

/** A gateway's session whose only runner waits for work. */
async function waitingRunner({ namespace }: TestNamespace, runnerId: string, profile: object): Promise<void> {
  const demands = [{ namespace, runnerId, profile, credit: 1n }];
  await system.dispatch.syncCapacity({ sessionId: `${namespace}/${runnerId}`, revision: 1n, demands, full: true });
}

const kinds = anyKind.kinds;

describe("what holds a job back", () => {
  it("is asked in one order, and the first closed gate is the summary", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit({ concurrencyKeys: ["c2", "c1"], rateKeys: ["r"] });
    const all = await explain(ns, jobId);
    const { DEPENDENCY, TIME, QUEUE_PAUSED, CONCURRENCY, RATE, RUNNER, CAPACITY, ORDER } = Gate_Type;
    expect(all.gates.map(({ type }) => type)).toEqual([
      ...[DEPENDENCY, TIME, QUEUE_PAUSED, CONCURRENCY, CONCURRENCY, RATE, RUNNER, CAPACITY, ORDER],
    ]);
    expect(all.gates.map(({ open }) => open)).toEqual([true, true, true, true, true, true, false, false, true]);
    expect(all.gates.map(({ subject }) => subject).slice(2, 6)).toEqual(["default", "c1", "c2", "r"]);
    expect(all.summary).toBe(gate(all, RUNNER).message);
    expect(all.job).toMatchObject({ id: jobId, state: JobState.QUEUED });
    expect(all.place).toMatchObject({ position: 0n });
  });

  it("can be its parents: how many, and which", async () => {
    const ns = fresh();
    const parents = await ns.submitAll([{}, {}, {}]);
    await ns.run(parents[0]?.jobId as string);
    const dependencies = parents.map(({ jobId }) => ({ parent: { case: "jobId" as const, value: jobId } }));
    const child = await ns.submit({ dependencies });
    const closed = await explain(ns, child.jobId);
    expect(gate(closed, Gate_Type.DEPENDENCY)).toMatchObject({
      ...{ open: false, used: 2, limit: 0, jobIds: [parents[1]?.jobId, parents[2]?.jobId] },
    });
    expect(closed.summary).toBe("2 parents have not ended.");
    expect(closed.place).toBeUndefined();
    await ns.run(parents[1]?.jobId as string);
    await ns.run(parents[2]?.jobId as string);
    expect(gate(await explain(ns, child.jobId), Gate_Type.DEPENDENCY).open).toBe(true);
  });

  it("names at most ten parents", async () => {
    const ns = fresh();
    const parents = await ns.submitAll(Array.from({ length: 12 }, () => ({})));
    const dependencies = parents.map(({ jobId }) => ({ parent: { case: "jobId" as const, value: jobId } }));
    const child = await ns.submit({ dependencies });
    const { jobIds, used } = gate(await explain(ns, child.jobId), Gate_Type.DEPENDENCY);
    expect([jobIds.length, used]).toEqual([10, 12]);
  });

  it("can be its start time, or its back-off", async () => {
    const ns = fresh();
    const seconds = BigInt(Math.floor(Date.now() / 1_000) + 3_600);
    const { jobId } = await ns.submit({ startTime: { seconds, nanos: 0 } });
    const timed = await explain(ns, jobId);
    expect(gate(timed, Gate_Type.TIME)).toMatchObject({ open: false, openTime: { seconds } });
    expect(timed.summary).toContain(new Date(Number(seconds) * 1_000).toISOString());
    const failing = await ns.submit();
    await ns.claim();
    const retryDelay = durationFromMs(3_600_000);
    await ns.finish(failing, Outcome_Kind.FAILED, { retryable: true, retryDelay });
    const { open, openTime } = gate(await explain(ns, failing.jobId), Gate_Type.TIME);
    expect(open).toBe(false);
    expect(Math.abs(timestampMs(openTime as Timestamp) - Date.now() - 3_600_000)).toBeLessThan(60_000);
  });

  it("can be a paused queue", async () => {
    const ns = fresh();
    const { namespace } = ns;
    const { jobId } = await ns.submit({ queue: "q" });
    await system.queues.pauseQueue({ namespace, name: "q" });
    const paused = await explain(ns, jobId);
    expect(gate(paused, Gate_Type.QUEUE_PAUSED)).toMatchObject({ open: false, subject: "q" });
    expect(paused.summary).toBe("Queue q is paused.");
    await system.queues.resumeQueue({ namespace, name: "q" });
    expect(gate(await explain(ns, jobId), Gate_Type.QUEUE_PAUSED).open).toBe(true);
  });

  it("can be a key without a free seat: who holds the seats is told", async () => {
    const ns = fresh();
    const { namespace } = ns;
    await system.queues.setLimits({
      namespace,
      limits: [
        { key: "full", seats: 2 },
        { key: "free", seats: 9 },
      ],
    });
    const concurrencyKeys = ["full", "free", "unlimited"];
    const jobs = await ns.submitAll([{ concurrencyKeys }, { concurrencyKeys }, { concurrencyKeys }]);
    expect(await ns.claim({ maxJobs: 9 })).toHaveLength(2);
    const third = jobs[2]?.jobId as string;
    const held = await explain(ns, third);
    expect(gate(held, Gate_Type.CONCURRENCY, "full")).toMatchObject({
      ...{ open: false, used: 2, limit: 2, jobIds: [jobs[0]?.jobId, jobs[1]?.jobId] },
    });
    expect(gate(held, Gate_Type.CONCURRENCY, "free")).toMatchObject({ open: true, used: 2, limit: 9 });
    expect(gate(held, Gate_Type.CONCURRENCY, "unlimited").open).toBe(true);
    expect(held.summary).toBe("2 of 2 seats of key full are taken.");
    await ns.finish(jobs[0] as { jobId: string });
    expect(gate(await explain(ns, third), Gate_Type.CONCURRENCY, "full")).toMatchObject({ open: true, used: 1 });
  });

  it("can be a key without a token, until a time that is told", async () => {
    const ns = fresh();
    const { namespace } = ns;
    await system.queues.setLimits({ namespace, limits: [{ key: "slow", ratePerSecond: 0.01, burst: 1 }] });
    const jobs = await ns.submitAll([{ rateKeys: ["slow"] }, { rateKeys: ["slow"] }]);
    expect(await ns.claim({ maxJobs: 9 })).toHaveLength(1);
    const { open, used, limit, openTime } = gate(await explain(ns, jobs[1]?.jobId ?? ""), Gate_Type.RATE, "slow");
    expect([open, limit]).toEqual([false, 1]);
    expect(used).toBeLessThan(1);
    const inMs = timestampMs(openTime as Timestamp) - Date.now();
    expect(inMs).toBeGreaterThan(0);
    expect(inMs).toBeLessThanOrEqual(100_000);
  });

  it("can be that no runner fits: the nearest one and what it lacks is told", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit({ kind: "a.b", queue: "q", requiredLabels: { gpu: "", zone: "eu" } });
    expect(gate(await explain(ns, jobId), Gate_Type.RUNNER)).toMatchObject({ open: false, nearestRunnerId: "" });
    const glob = (value: string) => [{ by: { case: "glob" as const, value } }];
    const expectNearest = async (nearestRunnerId: string, lacking: string[]) => {
      const told = await explain(ns, jobId);
      const found = gate(told, Gate_Type.RUNNER);
      expect(found).toMatchObject({ open: false, nearestRunnerId, lacking });
      expect(told.summary).toBe(found.message);
      for (const lack of lacking) expect(found.message).toContain(lack);
    };
    await waitingRunner(ns, "far", { kinds: glob("x*"), queues: ["other"] });
    await expectNearest("far", ["kind a.b", "label gpu", "label zone=eu", "queue q"]);
    await waitingRunner(ns, "near", { kinds: glob("a.*"), labels: { gpu: "1", zone: "us" } });
    await expectNearest("near", ["label zone=eu"]);
    // Runners that poll count too.
    await ns.claim({
      runnerId: "polls",
      profile: { kinds: glob("z"), labels: { gpu: "", zone: "eu" }, queues: ["q"] },
    });
    await expectNearest("near", ["label zone=eu"]);
    await waitingRunner(ns, "fits", { kinds: glob("a.*"), labels: { gpu: "1", zone: "eu" } });
    await eventually(async () => expect((await ns.job(jobId)).state).toBe(JobState.RUNNING));
  });

  it("can be that a runner leaves out the job's lane", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit({ laneLabels: { host: "h1" } });
    await waitingRunner(ns, "r", { kinds, exclude: [{ label: "host", values: ["h1"] }] });
    const { open, nearestRunnerId, message } = gate(await explain(ns, jobId), Gate_Type.RUNNER);
    expect([open, nearestRunnerId]).toEqual([false, "r"]);
    expect(message).toContain("exclusion");
  });

  it("can be that all who fit are busy, and who is before it", async () => {
    const ns = fresh();
    await waitingRunner(ns, "r", { kinds });
    const running = await ns.submit({ order: { weight: 1 } });
    await eventually(async () => expect((await ns.job(running.jobId)).state).toBe(JobState.RUNNING));
    const [first, second] = await ns.submitAll([{ order: { weight: 2.5 } }, {}]);
    const head = await explain(ns, first?.jobId ?? "");
    expect(gate(head, Gate_Type.RUNNER).open).toBe(true);
    expect(gate(head, Gate_Type.CAPACITY).open).toBe(false);
    expect(gate(head, Gate_Type.ORDER).open).toBe(true);
    expect(head.summary).toBe("No runner with a free slot waits.");
    const behind = await explain(ns, second?.jobId ?? "");
    expect(gate(behind, Gate_Type.ORDER)).toMatchObject({ open: false, used: 1 });
    expect(behind.place).toMatchObject({ position: 1n, weightAhead: 2.5 });
  });

  it("is open for a waiting runner where only a key holds the job", async () => {
    const ns = fresh();
    const { namespace } = ns;
    await system.queues.setLimits({ namespace, limits: [{ key: "k", seats: 0 }] });
    const { jobId } = await ns.submit({ concurrencyKeys: ["k"] });
    await waitingRunner(ns, "r", { kinds });
    const held = await explain(ns, jobId);
    expect(held.gates.filter(({ open }) => !open).map(({ type }) => type)).toEqual([Gate_Type.CONCURRENCY]);
    expect(gate(held, Gate_Type.CAPACITY).open).toBe(true);
  });

  it("estimates the wait from what ran before", async () => {
    const ns = fresh();
    const done = await ns.submit();
    await ns.claim({ start: true });
    await ns.finish(done);
    const [, waiting] = await ns.submitAll([{}, {}]);
    expect((await explain(ns, waiting?.jobId ?? "")).place?.expectedWait).toBeUndefined();
    await ns.claim();
    expect((await explain(ns, waiting?.jobId ?? "")).place?.expectedWait).toBeDefined();
  });
});

describe("jobs that nothing holds back", () => {
  it("run, or have ended: one gate says so", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit();
    await ns.claim();
    const running = await explain(ns, jobId);
    expect(running.gates).toMatchObject([{ type: Gate_Type.STATE, open: false }]);
    expect(running.job?.state).toBe(JobState.RUNNING);
    await ns.finish({ jobId });
    const ended = await explain(ns, jobId);
    expect(ended.gates).toMatchObject([{ type: Gate_Type.STATE, open: false }]);
    expect(ended.summary).toBe("The job has ended: SUCCEEDED.");
    expect(ended.place).toBeUndefined();
    await system.jobs.deleteJobs({ namespace: ns.namespace, jobIds: [jobId] });
    await expect(explain(ns, jobId)).rejects.toSatisfy(because("JOB_NOT_FOUND"));
  });
});
