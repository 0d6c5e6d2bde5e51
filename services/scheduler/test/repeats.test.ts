import { createPool, type Pool } from "@switchyard/postgres";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { SubmittedJob_Disposition } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { OnConflict, ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import type { TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSchedulerDatabase, item, startScheduler, type TestScheduler } from "./setup.js";
import { because, json, type SpecInit, testNamespace } from "./test-namespace.js";

const { CREATED, JOINED, CACHED, REPLAYED, AMENDED } = SubmittedJob_Disposition;

let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;
let counter = 0;
const fresh = () => testNamespace(`repeats-${++counter}`, () => system);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
  pool = createPool({ url: database.url, applicationName: "repeats-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

/** An item under a key of its own. */
const keyed = (idempotencyKey: string, spec: SpecInit = {}, fingerprint = "") => ({
  ...item(spec),
  idempotencyKey,
  fingerprint: Buffer.from(fingerprint),
});

async function submit(namespace: string, items: ReturnType<typeof keyed>[], requestId = "") {
  const { jobs } = await system.jobs.submitJobs({ namespace, items, requestId });
  return jobs.map(({ serial, disposition }) => [Number(serial), disposition] as const);
}

/** A UUIDv7 of this moment. */
function uuid7(last: number): string {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${last.toString(16).padStart(12, "0")}`;
}

/** Makes what was stored of requests an hour older, so that a next owner has them in no memory. */
const age = () => pool.query("update scheduler.requests set created_ms = created_ms - 3600000");

describe("items under keys of their own", () => {
  it("are known again in other calls, whatever stands beside them", async () => {
    const { namespace } = fresh();
    expect(await submit(namespace, [keyed("a"), keyed("b")])).toEqual([
      [1, CREATED],
      [2, CREATED],
    ]);
    expect(await submit(namespace, [keyed("c"), keyed("b"), keyed(""), keyed("a")])).toEqual([
      [3, CREATED],
      [2, REPLAYED],
      [4, CREATED],
      [1, REPLAYED],
    ]);
    expect(await submit(namespace, [keyed("c")])).toEqual([[3, REPLAYED]]);
    // Only repeats, also under a request id and once more under the same one.
    for (let i = 0; i < 2; i++)
      expect(await submit(namespace, [keyed("b"), keyed("c")], "call")).toEqual([
        [2, REPLAYED],
        [3, REPLAYED],
      ]);
  });

  it("are one when two of a call have the same", async () => {
    const { namespace } = fresh();
    for (const requestId of ["", "call", "call"])
      expect(
        (await submit(namespace, [keyed("a"), keyed(""), keyed("a")], requestId)).map(([serial]) => serial),
      ).toEqual(requestId === "" ? [1, 2, 1] : [1, 3, 1]);
  });

  it("are refused with another digest, as a whole call", async () => {
    const { namespace } = fresh();
    await submit(namespace, [keyed("a", {}, "one"), keyed("free")]);
    const reused = because("REQUEST_ID_REUSED");
    await expect(submit(namespace, [keyed("b"), keyed("a", {}, "two")])).rejects.toSatisfy(reused);
    await expect(submit(namespace, [keyed("a")])).rejects.toSatisfy(reused);
    await expect(submit(namespace, [keyed("c", {}, "one"), keyed("c", {}, "two")])).rejects.toSatisfy(reused);
    expect(await submit(namespace, [keyed("a", {}, "one")])).toEqual([[1, REPLAYED]]);
    expect(await submit(namespace, [keyed("free", {}, "later")])).toEqual([[2, REPLAYED]]);
    // Nothing of a refused call was admitted.
    expect(await submit(namespace, [keyed("b"), keyed("c", {}, "two")])).toEqual([
      [3, CREATED],
      [4, CREATED],
    ]);
  });

  it("make one job of many calls at once, fresh UUIDv7 included", async () => {
    const { namespace } = fresh();
    for (const key of ["many", uuid7(1)]) {
      const calls = await Promise.all(Array.from({ length: 20 }, () => submit(namespace, [keyed(key), keyed("")])));
      const answers = calls.map(([first]) => first);
      expect(new Set(answers.map((answer) => answer?.[0])).size).toBe(1);
      expect(answers.filter((answer) => answer?.[1] === CREATED)).toHaveLength(1);
    }
    const { shards } = await system.jobs.getStatus({});
    expect(shards[0]?.epoch).toBe(1n);
  });

  it("may be waited for: a repeat stands for its job, open or ended", async () => {
    const ns = fresh();
    const { namespace } = ns;
    await submit(namespace, [keyed("open"), keyed("done")]);
    const done = await system.jobs.getJob({ namespace, by: { case: "serial", value: 2n } });
    await ns.run(done.job?.id as string);
    const after = (...items: number[]) => ({
      dependencies: items.map((value) => ({ parent: { case: "item" as const, value } })),
    });
    const answers = await submit(namespace, [
      keyed("", after(1, 2)),
      keyed("open"),
      keyed("done"),
      keyed("", after(2, 4)),
      keyed(""),
      keyed("", after(1, 6)),
      keyed("open"),
    ]);
    expect(answers.map(([serial]) => serial)).toEqual([3, 1, 2, 4, 5, 6, 1]);
    const states = async () => {
      const { jobs } = await system.jobs.listJobs({ namespace, filter: { afterSerial: 2n }, orderBy: 2 });
      return jobs.map(({ state }) => JobState[state]);
    };
    expect(await states()).toEqual(["BLOCKED", "BLOCKED", "QUEUED", "BLOCKED"]);
    const open = await system.jobs.getJob({ namespace, by: { case: "serial", value: 1n } });
    await ns.run(open.job?.id as string);
    expect(await states()).toEqual(["QUEUED", "BLOCKED", "QUEUED", "QUEUED"]);
  });

  it("keep what stood for them: a joined, a cached and a changed job", async () => {
    const ns = fresh();
    const { namespace } = ns;
    const states = [ReuseState.ACTIVE, ReuseState.SUCCEEDED];
    const reuse = (key: string, onConflict = OnConflict.RETURN) => ({ reuse: { key, states, onConflict } });
    const [open, done] = await ns.submitAll([reuse("open"), reuse("done")]);
    await ns.run(done?.jobId as string);
    const better = { ...reuse("open", OnConflict.KEEP_BEST_ORDER), order: { rankClass: -1 } };
    const items = [keyed("x", reuse("open")), keyed("y", reuse("done")), keyed("z", better)];
    expect(await submit(namespace, items, "call")).toEqual([
      [1, JOINED],
      [2, CACHED],
      [1, AMENDED],
    ]);
    await ns.run(open?.jobId as string);
    for (const requestId of ["call", "", "other"])
      expect(await submit(namespace, items, requestId)).toEqual([
        [1, REPLAYED],
        [2, REPLAYED],
        [1, REPLAYED],
      ]);
    expect(await ns.list()).toEqual([2, 1]);
  });
});

describe("calls that are repeated", () => {
  it("get the same answer when they mix repeats, duplicates and new items", async () => {
    const { namespace } = fresh();
    await submit(namespace, [keyed("a")]);
    const items = [keyed(""), keyed("a"), keyed("b"), keyed("b"), keyed("")];
    const serials = [2, 1, 3, 3, 4];
    expect((await submit(namespace, items, "call")).map(([serial]) => serial)).toEqual(serials);
    expect(await submit(namespace, items, "call")).toEqual(serials.map((serial) => [serial, REPLAYED]));
    await expect(submit(namespace, items.slice(1), "call")).rejects.toSatisfy(because("REQUEST_ID_REUSED"));
  });

  it("are known after a restart, and long after it", async () => {
    const { namespace } = fresh();
    const recent = uuid7(7);
    await submit(namespace, [keyed("a"), keyed("b", {}, "digest")], "first");
    await submit(namespace, [keyed("a"), keyed(""), keyed("")], recent);
    for (const after of [async () => undefined, age]) {
      await after();
      system = await system.restart();
      expect(await submit(namespace, [keyed("a"), keyed("b")], "first")).toEqual([
        [1, REPLAYED],
        [2, REPLAYED],
      ]);
      expect((await submit(namespace, [keyed("b", {}, "digest"), keyed("a")])).map(([serial]) => serial)).toEqual([
        2, 1,
      ]);
      await expect(submit(namespace, [keyed("b", {}, "other")])).rejects.toSatisfy(because("REQUEST_ID_REUSED"));
      if (after === age) continue;
      expect((await submit(namespace, [keyed("a"), keyed(""), keyed("")], recent)).map(([serial]) => serial)).toEqual([
        1, 3, 4,
      ]);
    }
  });

  it("tell of their jobs as they are now, also of one that was deleted", async () => {
    const ns = fresh();
    const { namespace } = ns;
    const call = { requestId: "call", returnJobs: true };
    const [first, second] = await ns.submitAll([{ input: json(1) }, {}], call);
    await ns.run(first?.jobId as string);
    await system.jobs.deleteJobs({ namespace, jobIds: [second?.jobId as string] });
    const [one, two] = await ns.submitAll([{ input: json(1) }, {}], call);
    expect(one).toMatchObject({ jobId: first?.jobId, disposition: REPLAYED, state: JobState.SUCCEEDED });
    expect(one?.createTime).toEqual(first?.createTime);
    expect(Buffer.from(one?.job?.spec?.input?.data ?? []).toString()).toBe("1");
    expect(two).toMatchObject({ jobId: second?.jobId, disposition: REPLAYED, state: JobState.UNSPECIFIED });
    expect([two?.job, two?.createTime]).toEqual([undefined, undefined]);
  });

  it("wait for the first one: no answer names a job that is not stored", async () => {
    const { namespace } = fresh();
    const calls = Array.from({ length: 10 }, async () => {
      const [job] = await submit(namespace, [keyed("k")], "same");
      const { rowCount } = await pool.query(
        "select from scheduler.jobs j join scheduler.namespaces n on n.id = j.ns where n.name = $1 and j.serial = $2",
        [namespace, job?.[0]],
      );
      return rowCount;
    });
    expect(new Set(await Promise.all(calls))).toEqual(new Set([1]));
  });
});
