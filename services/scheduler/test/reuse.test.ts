import { durationFromMs, type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { isRetryable } from "@switchyard/errors";
import { createPool, type Pool } from "@switchyard/postgres";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { SubmittedJob_Disposition } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { because, json, testNamespace } from "./test-namespace.js";

const { ACTIVE, SUCCEEDED, FAILED, TIMED_OUT, CANCELLED } = ReuseState;
const { CREATED, JOINED, CACHED } = SubmittedJob_Disposition;

let database: TestDatabase;
let system: TestScheduler;
let counter = 0;
const fresh = () => testNamespace(`reuse-${++counter}`, () => system);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

describe("re-use of open jobs", () => {
  const reuse = { key: "k", states: [ACTIVE] };

  it("joins one that waits, is scheduled, blocked or running, and frees the key at the end", async () => {
    const ns = fresh();
    const startTime = { seconds: BigInt(Math.floor(Date.now() / 1_000) + 3_600), nanos: 0 };
    const parent = await ns.submit();
    const dependencies = [{ parent: { case: "jobId" as const, value: parent.jobId } }];
    for (const spec of [{}, { startTime }, { dependencies }]) {
      const key = JSON.stringify(Object.keys(spec));
      const first = await ns.submit({ ...spec, reuse: { ...reuse, key } });
      const second = await ns.submit({ reuse: { ...reuse, key } });
      expect(second).toMatchObject({ jobId: first.jobId, serial: first.serial, disposition: JOINED });
      expect(second.state).toBe(first.state);
    }
    const first = await ns.submit({ reuse });
    await ns.claim({ jobId: first.jobId });
    const running = await ns.submit({ reuse });
    expect(running).toMatchObject({ jobId: first.jobId, disposition: JOINED, state: JobState.RUNNING });
    await ns.finish(first);
    expect(await ns.submit({ reuse })).toMatchObject({ disposition: CREATED, serial: first.serial + 1n });
  });

  it("makes one job of fifty calls at once, and of the items of one call", async () => {
    const ns = fresh();
    const calls = await Promise.all(Array.from({ length: 50 }, () => ns.submit({ reuse })));
    expect(new Set(calls.map(({ jobId }) => jobId)).size).toBe(1);
    expect(calls.filter(({ disposition }) => disposition === CREATED)).toHaveLength(1);
    const other = { ...reuse, key: "other" };
    const batch = await ns.submitAll([{ reuse: other }, {}, { reuse: other }]);
    expect(batch.map(({ serial, disposition }) => [Number(serial), disposition])).toEqual([
      [2, CREATED],
      [3, CREATED],
      [2, JOINED],
    ]);
    expect(await ns.list()).toEqual([3, 2, 1]);
  });

  it("answers a call that only joins, without a request id too, and goes on serving", async () => {
    const ns = fresh();
    const first = await ns.submit({ reuse });
    for (const requestId of ["", "again"])
      expect(await ns.submit({ reuse }, { requestId })).toMatchObject({ jobId: first.jobId, disposition: JOINED });
    expect(await ns.submit({ reuse }, { requestId: "again" })).toMatchObject({ jobId: first.jobId });
    const { shards } = await system.jobs.getStatus({});
    expect(shards[0]?.epoch).toBe(1n);
  });

  it("leaves jobs alone whose policy does not ask for it, and lets the next of them stand for the key", async () => {
    const ns = fresh();
    const apart = { key: "k", states: [SUCCEEDED] };
    const [one, two] = await ns.submitAll([{ reuse: apart }, { reuse: apart }]);
    expect([one?.disposition, two?.disposition]).toEqual([CREATED, CREATED]);
    expect(await ns.submit({ reuse })).toMatchObject({ serial: 1n, disposition: JOINED });
    await ns.run(one?.jobId as string, Outcome_Kind.FAILED);
    expect(await ns.submit({ reuse })).toMatchObject({ serial: 2n, disposition: JOINED });
    await ns.run(two?.jobId as string, Outcome_Kind.FAILED);
    expect(await ns.submit({ reuse })).toMatchObject({ serial: 3n, disposition: CREATED });
  });

  it("stays in its namespace", async () => {
    const [a, b] = [fresh(), fresh()];
    expect((await a.submit({ reuse })).disposition).toBe(CREATED);
    expect((await b.submit({ reuse })).disposition).toBe(CREATED);
  });
});

describe("re-use of finished jobs", () => {
  const ends = [
    [Outcome_Kind.SUCCEEDED, SUCCEEDED],
    [Outcome_Kind.FAILED, FAILED],
    [Outcome_Kind.TIMED_OUT, TIMED_OUT],
  ] as const;

  it.each(ends)("of outcome %d counts only in the states that are named", async (kind, state) => {
    const ns = fresh();
    const states = [SUCCEEDED, FAILED, TIMED_OUT, CANCELLED];
    const first = await ns.submit({ reuse: { key: "k", states } });
    await ns.run(first.jobId, kind);
    const found = await ns.submit({ reuse: { key: "k", states: [state] } });
    expect(found).toMatchObject({
      jobId: first.jobId,
      disposition: CACHED,
      state: JobState[ReuseState[state] as "FAILED"],
    });
    const others = states.filter((other) => other !== state);
    expect(await ns.submit({ reuse: { key: "k", states: others } })).toMatchObject({
      disposition: CREATED,
      serial: 2n,
    });
  });

  it("takes the last one in an accepted state, past later ones in others", async () => {
    const ns = fresh();
    for (const kind of [Outcome_Kind.SUCCEEDED, Outcome_Kind.SUCCEEDED, Outcome_Kind.FAILED]) {
      const { jobId } = await ns.submit({ reuse: { key: "k", states: [CANCELLED] } });
      await ns.run(jobId, kind);
    }
    expect(await ns.submit({ reuse: { key: "k", states: [ACTIVE, SUCCEEDED] } })).toMatchObject({
      serial: 2n,
      disposition: CACHED,
    });
    expect(await ns.submit({ reuse: { key: "k", states: [SUCCEEDED, FAILED] } })).toMatchObject({ serial: 3n });
  });

  it("prefers an open one", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit({ reuse: { key: "k", states: [SUCCEEDED] } });
    await ns.run(jobId);
    const open = await ns.submit({ reuse: { key: "k", states: [ACTIVE] } });
    const states = [ACTIVE, SUCCEEDED];
    expect(await ns.submit({ reuse: { key: "k", states } })).toMatchObject({ jobId: open.jobId, disposition: JOINED });
    // Also one that the same call has just made.
    await ns.run(open.jobId);
    const batch = await ns.submitAll([{ reuse: { key: "k", states: [FAILED] } }, { reuse: { key: "k", states } }]);
    expect(batch.map(({ serial, disposition }) => [serial, disposition])).toEqual([
      [3n, CREATED],
      [3n, JOINED],
    ]);
  });

  it("is bounded by age", async () => {
    const ns = fresh();
    const states = [SUCCEEDED];
    const { jobId } = await ns.submit({ reuse: { key: "k", states } });
    await ns.run(jobId);
    const within = (ms: number) => ({ reuse: { key: "k", states, maxAge: durationFromMs(ms) } });
    expect((await ns.submit(within(3_600_000))).disposition).toBe(CACHED);
    const { endTime } = await ns.job(jobId);
    await eventually(() => expect(Date.now()).toBeGreaterThan(timestampMs(endTime as Timestamp) + 5), {
      intervalMs: 1,
    });
    expect((await ns.submit(within(1))).disposition).toBe(CREATED);
  });

  it("frees the key of a deleted job", async () => {
    const ns = fresh();
    const reuse = { key: "k", states: [ACTIVE, SUCCEEDED] };
    const first = await ns.submit({ reuse });
    await ns.run(first.jobId);
    await system.jobs.deleteJobs({ namespace: ns.namespace, jobIds: [first.jobId] });
    const second = await ns.submit({ reuse });
    expect(second).toMatchObject({ serial: 2n, disposition: CREATED });
    await system.jobs.deleteJobs({ namespace: ns.namespace, jobIds: [second.jobId] });
    expect(await ns.submit({ reuse })).toMatchObject({ serial: 3n, disposition: CREATED });
  });

  it("lets a child of a cached parent go on", async () => {
    const ns = fresh();
    const reuse = { key: "k", states: [SUCCEEDED, FAILED] };
    const first = await ns.submit({ reuse });
    await ns.run(first.jobId);
    const dependencies = [{ parent: { case: "item" as const, value: 0 } }];
    const [parent, child] = await ns.submitAll([{ reuse }, { dependencies }]);
    expect(parent).toMatchObject({ jobId: first.jobId, disposition: CACHED });
    expect(child?.state).toBe(JobState.QUEUED);
    expect((await ns.claim()).map(({ jobId }) => jobId)).toEqual([child?.jobId]);
  });

  it("refuses an item that waits for the job that it becomes", async () => {
    const ns = fresh();
    const reuse = { key: "k", states: [ACTIVE] };
    const dependencies = [{ parent: { case: "item" as const, value: 1 } }];
    await expect(ns.submitAll([{ reuse, dependencies }, { reuse }])).rejects.toSatisfy(because("DEPENDENCY_CYCLE"));
    expect(await ns.list()).toEqual([]);
  });
});

describe("a job that ends while another is submitted", () => {
  it("stands for it either way: never is a second one made", async () => {
    const ns = fresh();
    const reuse = { key: "k", states: [ACTIVE, SUCCEEDED] };
    for (let round = 0; round < 60; round++) {
      const key = `k${round}`;
      const first = await ns.submit({ reuse: { ...reuse, key } });
      await ns.claim({ jobId: first.jobId });
      const ending = ns.finish(first);
      const calls = await Promise.all(Array.from({ length: 8 }, () => ns.submit({ reuse: { ...reuse, key } })));
      expect(new Set(calls.map(({ jobId }) => jobId))).toEqual(new Set([first.jobId]));
      await ending;
    }
  });

  it("frees its key for exactly one of those who only join", async () => {
    const ns = fresh();
    const reuse = { key: "k", states: [ACTIVE] };
    let { jobId } = await ns.submit({ reuse });
    for (let round = 0; round < 20; round++) {
      await ns.claim({ jobId });
      const ending = ns.finish({ jobId });
      const calls = await Promise.all(Array.from({ length: 8 }, () => ns.submit({ reuse })));
      await ending;
      const next = await ns.submit({ reuse });
      for (const call of calls) expect([jobId, next.jobId]).toContain(call.jobId);
      jobId = next.jobId;
    }
  });
});

describe("a computed key", () => {
  const reuse = { states: [ACTIVE] };
  const same = async (a: object, b: object) => {
    const ns = fresh();
    const one = await ns.submit({ reuse, ...a });
    return (await ns.submit({ reuse, ...b })).jobId === one.jobId;
  };

  it("depends on kind, input and salt, and not on the order of members", async () => {
    expect(await same({}, {})).toBe(true);
    expect(await same({ input: json('{"a":1,"b":[2]}') }, { input: json('{ "b" : [2.0], "a":1 }') })).toBe(true);
    expect(await same({ input: json("[1,2]") }, { input: json("[2,1]") })).toBe(false);
    expect(await same({ input: json('{"a":1}') }, { input: json('[["a",1]]') })).toBe(false);
    expect(await same({ kind: "a" }, { kind: "b" })).toBe(false);
    expect(await same({ reuse: { ...reuse, salt: "1" } }, { reuse: { ...reuse, salt: "2" } })).toBe(false);
    expect(await same({ labels: { a: "1" }, subject: "s" }, { queue: "other" })).toBe(true);
    const bytes = (last: number) => ({ input: { data: Uint8Array.from([0xff, last]), contentType: "" } });
    expect(await same(bytes(1), bytes(1))).toBe(true);
    expect(await same(bytes(1), bytes(2))).toBe(false);
  });

  it("is what LookupResult computes and shows", async () => {
    const ns = fresh();
    const spec = { kind: "k", input: json({ a: 1 }), reuse: { salt: "s", states: [ACTIVE] } };
    const { jobId } = await ns.submit(spec);
    const { namespace } = ns;
    const states = [ACTIVE];
    const found = await system.jobs.lookupResult({ namespace, by: { case: "spec", value: spec }, states });
    expect(found.job?.id).toBe(jobId);
    expect(found.key).toMatch(/^sha256:[0-9a-f]{64}$/);
    const again = await system.jobs.lookupResult({ namespace, by: { case: "key", value: found.key }, states });
    expect(again.job?.id).toBe(jobId);
  });
});

describe("LookupResult", () => {
  it("finds a job in each of the states that are asked for, and only there", async () => {
    const ns = fresh();
    const { namespace } = ns;
    const all = [ACTIVE, SUCCEEDED, FAILED, TIMED_OUT, CANCELLED];
    const lookUp = (key: string, states: ReuseState[]) =>
      system.jobs.lookupResult({ namespace, by: { case: "key", value: key }, states });
    const submit = (key: string) => ns.submit({ reuse: { key, states: [ACTIVE] } });
    const jobs = new Map<ReuseState, string>([[ACTIVE, (await submit("ACTIVE")).jobId]]);
    for (const state of [SUCCEEDED, FAILED, TIMED_OUT] as const) {
      const { jobId } = await submit(ReuseState[state] as string);
      await ns.run(jobId, Outcome_Kind[ReuseState[state] as "FAILED"]);
      jobs.set(state, jobId);
    }
    const cancelled = await submit("CANCELLED");
    await system.jobs.cancelJobs({ namespace, jobIds: [cancelled.jobId] });
    jobs.set(CANCELLED, cancelled.jobId);
    for (const state of all) {
      const key = ReuseState[state] as string;
      expect((await lookUp(key, [state])).job?.id).toBe(jobs.get(state));
      expect((await lookUp(key, all)).job?.id).toBe(jobs.get(state));
      const others = all.filter((other) => other !== state);
      await expect(lookUp(key, others)).rejects.toSatisfy(because("RESULT_NOT_FOUND"));
    }
    expect((await lookUp("SUCCEEDED", [])).job?.state).toBe(JobState.SUCCEEDED);
    await expect(lookUp("never", all)).rejects.toSatisfy(because("RESULT_NOT_FOUND"));
    await expect(
      system.jobs.lookupResult({
        ...{ namespace, by: { case: "key", value: "SUCCEEDED" }, maxAge: durationFromMs(0) },
      }),
    ).rejects.toSatisfy(because("RESULT_NOT_FOUND"));
    await expect(
      system.jobs.lookupResult({ namespace: "never-used", by: { case: "key", value: "k" } }),
    ).rejects.toSatisfy(because("RESULT_NOT_FOUND"));
  });
});

describe("re-use over a restart", () => {
  it("knows open and finished jobs, and which of several open ones stands for the key", async () => {
    const ns = fresh();
    const reuse = { key: "k", states: [ACTIVE] };
    const done = await ns.submit({ reuse: { key: "done", states: [SUCCEEDED] } });
    await ns.run(done.jobId);
    const old = await ns.submit({ reuse });
    await ns.run(old.jobId, Outcome_Kind.FAILED);
    const open = await ns.submit({ reuse });
    // Opened again while the key is taken: the later job goes on standing for it.
    await system.jobs.retryJobs({ namespace: ns.namespace, jobIds: [old.jobId] });
    expect((await ns.submit({ reuse })).jobId).toBe(open.jobId);
    system = await system.restart();
    expect((await ns.submit({ reuse })).jobId).toBe(open.jobId);
    expect(await ns.submit({ reuse: { key: "done", states: [SUCCEEDED] } })).toMatchObject({ disposition: CACHED });
    await ns.run(open.jobId);
    expect(await ns.submit({ reuse })).toMatchObject({ jobId: old.jobId, disposition: JOINED });
  });

  it("has the unique index as a net: a second holder is never stored, and the next term finds the first", async () => {
    const ns = fresh();
    const reuse = { key: "net", states: [ACTIVE] };
    const pool: Pool = createPool({ url: database.url, applicationName: "reuse-test", log: pino({ level: "silent" }) });
    const first = await ns.submit();
    // As if memory had missed a job with the key.
    await pool.query(
      `update scheduler.open o set reuse_key = 'net', extra = '{"u":"net"}' from scheduler.namespaces n where n.id = o.ns and n.name = $1`,
      [ns.namespace],
    );
    await expect(ns.submit({ reuse })).rejects.toSatisfy(isRetryable);
    const again = await eventually(() => ns.submit({ reuse }));
    expect(again).toMatchObject({ jobId: first.jobId, disposition: JOINED });
    expect(await ns.list()).toEqual([1]);
    await pool.close();
  });
});
