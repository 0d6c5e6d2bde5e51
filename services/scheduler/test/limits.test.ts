import { systemClock } from "@switchyard/clock";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { CancelMode } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drive } from "./drive.js";
import { anyKind, createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { because } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
let counter = 0;
/** Stands still but for what a test adds: how many tokens there are is then a matter of arithmetic. */
let now = 1_800_000_000_000;
const fresh = () => drive(() => system, `ns-${++counter}`);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  // The lease of the shard hangs on the same clock, which takes long steps here.
  system = await startScheduler(
    database,
    { shardLeaseMs: 1_000_000_000 },
    { clock: { ...systemClock, now: () => now } },
  );
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

type Limits = Parameters<typeof system.queues.setLimits>[0]["limits"];
const setLimits = (namespace: string, ...limits: NonNullable<Limits>) => system.queues.setLimits({ namespace, limits });

/** One limit as it is listed. */
async function listed(namespace: string, key: string) {
  const { limits } = await system.queues.listLimits({ namespace });
  const limit = limits.find((one) => one.key === key);
  if (!limit) throw new Error(`no limit ${key}`);
  const { seatsUsed, tokens, waiting } = limit;
  return { seatsUsed, tokens, waiting: Number(waiting) };
}

const keyed = (...concurrencyKeys: string[]) => ({ concurrencyKeys });
const rated = (...rateKeys: string[]) => ({ rateKeys });
const times = <T>(n: number, spec: T): T[] => Array.from({ length: n }, () => spec);

describe("seats", () => {
  it("are never over and never leaked, with fifty claimers and several keys a job", async () => {
    const at = fresh();
    const limits = { site: 7, "host-0": 3, "host-1": 2, "host-2": 5 };
    await setLimits(at.namespace, ...Object.entries(limits).map(([key, seats]) => ({ key, seats })));
    const specs = Array.from({ length: 600 }, (_, i) => ({
      kind: `kind-${i % 4}`,
      concurrencyKeys: i % 5 === 0 ? [] : ["site", `host-${i % 3}`],
    }));
    const ids = await at.submit(...specs);
    const keysOf = new Map(ids.map((id, i) => [id, specs[i]?.concurrencyKeys ?? []]));
    const held = new Map<string, number>();
    let done = 0;
    const hold = (jobId: string, by: number) => {
      for (const key of keysOf.get(jobId) ?? []) {
        const count = (held.get(key) ?? 0) + by;
        expect(count).toBeLessThanOrEqual(limits[key as keyof typeof limits]);
        held.set(key, count);
      }
    };
    await Promise.all(
      times(50, 0).map(async (_, n) => {
        while (done < ids.length) {
          const maxJobs = 1 + (n % 3);
          const leases = await at.claim({ runnerId: `r${n}`, maxJobs, wait: durationFromMs(200) });
          for (const { jobId } of leases) hold(jobId, 1);
          for (const [i, { jobId, attempt: value }] of leases.entries()) {
            // Counted as free before the report: the next holder may be told before this answer comes.
            hold(jobId, -1);
            const kind = (n + i) % 7 === 0 ? Outcome_Kind.RELEASED : Outcome_Kind.SUCCEEDED;
            const attempt = { jobId, by: { case: "attempt" as const, value } };
            const report = { case: "outcome" as const, value: { kind } };
            const { results } = await system.dispatch.reportAttempts({
              reports: [{ namespace: at.namespace, attempt, report }],
            });
            expect(results[0]?.reason).toBe(0);
            if (kind === Outcome_Kind.SUCCEEDED) done++;
          }
        }
      }),
    );
    for (const key of Object.keys(limits))
      expect(await listed(at.namespace, key)).toMatchObject({ seatsUsed: 0, waiting: 0 });
  });

  it("default to the limit of the longest beginning", async () => {
    const at = fresh();
    const { namespace } = at;
    await setLimits(namespace, { key: "*", seats: 3 }, { key: "host-*", seats: 1 }, { key: "host-big", seats: 2 });
    const keys = ["any", "host-a", "host-big"];
    await at.submit(...keys.flatMap((key) => times(4, { ...keyed(key), kind: key })));
    const leases = await at.claim({ maxJobs: 20 });
    const count = (key: string) => leases.filter(({ kind }) => kind === key).length;
    expect(keys.map(count)).toEqual([3, 1, 2]);
    expect(await listed(namespace, "host-big")).toEqual({ seatsUsed: 2, tokens: 0, waiting: 2 });
    await setLimits(namespace, { key: "host-big" });
    expect(await at.claim({ maxJobs: 20 })).toEqual([]);
    await setLimits(namespace, { key: "host-*" });
    expect(await at.claim({ maxJobs: 20 })).toHaveLength(3);
  });

  it("can be more, fewer and none while jobs run and wait", async () => {
    const at = fresh();
    const { namespace } = at;
    await setLimits(namespace, { key: "k", seats: 3 });
    const ids = await at.submit(...times(10, keyed("k")));
    expect(await at.claim({ maxJobs: 10 })).toHaveLength(3);
    await setLimits(namespace, { key: "k", seats: 1 });
    expect(await listed(namespace, "k")).toEqual({ seatsUsed: 3, tokens: 0, waiting: 7 });
    await at.finish(ids.slice(0, 2));
    expect(await at.claim({ maxJobs: 10 })).toEqual([]);
    await at.finish(ids.slice(2, 3));
    expect(await at.claim({ maxJobs: 10 })).toHaveLength(1);
    await setLimits(namespace, { key: "k", seats: 0 });
    await at.finish(ids.slice(3, 4));
    expect(await at.claim({ maxJobs: 10 })).toEqual([]);
    const waiting = at.claim({ maxJobs: 4, wait: durationFromMs(10_000) });
    await setLimits(namespace, { key: "k", seats: 4 });
    expect(await waiting).toHaveLength(4);
    await setLimits(namespace, { key: "k" });
    expect(await at.claim({ maxJobs: 10 })).toHaveLength(2);
    expect((await system.queues.listLimits({ namespace })).limits).toEqual([]);
  });

  it("that are set while jobs run count those that run", async () => {
    const at = fresh();
    const ids = await at.submit(...times(5, keyed("k")));
    expect(await at.claim({ maxJobs: 2 })).toHaveLength(2);
    await setLimits(at.namespace, { key: "k", seats: 2 });
    expect(await at.claim({ maxJobs: 2 })).toEqual([]);
    await at.finish(ids.slice(0, 1));
    expect(await at.claim({ maxJobs: 2 })).toHaveLength(1);
  });

  it("hold up nobody who does not need them", async () => {
    const at = fresh();
    await setLimits(at.namespace, { key: "full", seats: 1 });
    await at.submit(...times(500, keyed("full")), {}, keyed("free"), keyed("free", "full"));
    const leases = await at.claim({ maxJobs: 10 });
    expect(leases.map(({ serial }) => Number(serial))).toEqual([1, 501, 502]);
  });

  it("that become free go to who waits for them, the best job first", async () => {
    const at = fresh();
    const { namespace } = at;
    await setLimits(namespace, { key: "k", seats: 1 });
    const [first] = await at.submit(keyed("k"));
    await at.claim();
    const better = { rankBy: { case: "rank" as const, value: -1 } };
    const [late, early] = await at.submit({ ...keyed("k"), kind: "a" }, { ...keyed("k"), kind: "b", order: better });
    const runnerFor = (kind: string) => ({
      runnerId: kind,
      profile: { kinds: [{ by: { case: "exact" as const, value: kind } }] },
    });
    const claims = [at.claimSoon(runnerFor("a")), at.claimSoon(runnerFor("b"))] as const;
    await at.finish([first as string]);
    expect((await claims[1]).jobId).toBe(early);
    expect(await at.states(late as string)).toEqual(["QUEUED"]);
    await at.finish([early as string]);
    expect((await claims[0]).jobId).toBe(late);
  });

  it("are needed by claims by id too", async () => {
    const at = fresh();
    await setLimits(at.namespace, { key: "k", seats: 1 });
    const [first, second] = await at.submit(keyed("k"), keyed("k"));
    expect(await at.claim({ jobId: second as string })).toHaveLength(1);
    await expect(at.claim({ jobId: first as string })).rejects.toSatisfy(because("NOT_CLAIMABLE"));
    await at.finish([second as string]);
    expect(await at.claim({ jobId: first as string })).toHaveLength(1);
  });

  it("are given back by whatever ends an attempt", async () => {
    const at = fresh();
    const { namespace } = at;
    await setLimits(namespace, { key: "k", seats: 1 });
    const next = async () => {
      const { jobId } = await at.claimSoon();
      expect(await listed(namespace, "k")).toMatchObject({ seatsUsed: 1 });
      expect(await at.claim()).toEqual([]);
      return jobId;
    };
    const policies = { lease: durationFromMs(1_000), maxAttempts: 1 };
    await at.submit(...times(6, { ...keyed("k"), policies }));
    await at.finish([await next()], Outcome_Kind.FAILED);
    await system.jobs.cancelJobs({ namespace, jobIds: [await next()], mode: CancelMode.IMMEDIATE });
    await system.jobs.deleteJobs({ namespace, jobIds: [await next()] });
    const released = await next();
    await at.finish([released], Outcome_Kind.RELEASED);
    expect(await next()).toBe(released);
    // Its lease runs out.
    now += 2_000;
    await at.finish([await next()]);
    await system.dispatch.renewLeases({ renewals: [{ namespace, runnerId: "r", leave: true }] });
    await at.finish([await next()]);
    expect(await listed(namespace, "k")).toEqual({ seatsUsed: 0, tokens: 0, waiting: 0 });
  });

  it("are still held after a restart", async () => {
    const at = fresh();
    const { namespace } = at;
    await setLimits(namespace, { key: "k", seats: 2 }, { key: "p-*", seats: 1 });
    const ids = await at.submit(...times(3, keyed("k")), ...times(2, keyed("p-1")));
    expect(await at.claim({ maxJobs: 10 })).toHaveLength(3);
    system = await system.restart();
    expect(await listed(namespace, "k")).toEqual({ seatsUsed: 2, tokens: 0, waiting: 1 });
    expect(await at.claim({ maxJobs: 10 })).toEqual([]);
    const waiting = at.claimSoon();
    await at.finish([ids[3] as string]);
    expect((await waiting).jobId).toBe(ids[4]);
    await at.finish([ids[0] as string]);
    expect((await at.claimSoon()).jobId).toBe(ids[2]);
  });
});

describe("tokens", () => {
  it("are a burst, and then as many as come in by time", async () => {
    const at = fresh();
    const { namespace } = at;
    await setLimits(namespace, { key: "r", ratePerSecond: 2, burst: 3 });
    await at.submit(...times(20, rated("r")));
    expect(await listed(namespace, "r")).toEqual({ seatsUsed: 0, tokens: 3, waiting: 0 });
    expect(await at.claim({ maxJobs: 20 })).toHaveLength(3);
    expect(await listed(namespace, "r")).toEqual({ seatsUsed: 0, tokens: 0, waiting: 17 });
    now += 499;
    expect(await at.claim({ maxJobs: 20 })).toEqual([]);
    now += 1;
    expect(await at.claimSoon({ maxJobs: 20 })).toBeDefined();
    expect(await at.claim({ maxJobs: 20 })).toEqual([]);
    now += 60_000;
    expect(await listed(namespace, "r")).toMatchObject({ tokens: 3, waiting: 0 });
    expect(await at.claim({ maxJobs: 20, wait: durationFromMs(10_000) })).toHaveLength(3);
  });

  it("wake who waits for them", async () => {
    const at = fresh();
    await setLimits(at.namespace, { key: "r", ratePerSecond: 1 });
    const [, second, third] = await at.submit(...times(3, rated("r")));
    await at.claim();
    const waiting = [at.claimSoon({ runnerId: "a" }), at.claimSoon({ runnerId: "b" })];
    now += 1_000;
    expect((await waiting[0])?.jobId).toBe(second);
    now += 1_000;
    expect((await waiting[1])?.jobId).toBe(third);
  });

  it("of several keys are needed all, and none is spent in vain", async () => {
    const at = fresh();
    const { namespace } = at;
    await setLimits(
      namespace,
      { key: "fast", ratePerSecond: 10, burst: 5 },
      { key: "slow", ratePerSecond: 1, burst: 1 },
    );
    await at.submit(...times(4, rated("fast", "slow")), rated("fast"));
    expect((await at.claim({ maxJobs: 9 })).map(({ serial }) => Number(serial))).toEqual([1, 5]);
    expect(await listed(namespace, "fast")).toMatchObject({ tokens: 3 });
    now += 1_000;
    expect((await at.claimSoon({ maxJobs: 9 })).serial).toBe(2n);
    expect(await at.claim({ maxJobs: 9 })).toEqual([]);
  });

  it("come by the new rate at once, when another one is set", async () => {
    const at = fresh();
    const { namespace } = at;
    await setLimits(namespace, { key: "r", ratePerSecond: 0.001 });
    const [, second, third] = await at.submit(...times(3, rated("r")));
    await at.claim();
    const waiting = at.claimSoon();
    await setLimits(namespace, { key: "r", ratePerSecond: 10 });
    now += 100;
    expect((await waiting).jobId).toBe(second);
    const last = at.claimSoon();
    await setLimits(namespace, { key: "r" });
    expect((await last).jobId).toBe(third);
  });

  it("that never come in are spent once and for all", async () => {
    const at = fresh();
    const { namespace } = at;
    await setLimits(namespace, { key: "r", ratePerSecond: 0, burst: 2 });
    for (let i = 0; i < 2; i++) {
      await at.submit(rated("r"));
      await at.finish((await at.claim()).map(({ jobId }) => jobId));
    }
    const [left] = await at.submit(rated("r"));
    now += 10_000_000;
    expect(await at.claim()).toEqual([]);
    await expect(at.claim({ jobId: left as string })).rejects.toSatisfy(because("NOT_CLAIMABLE"));
    system = await system.restart();
    expect(await at.claim()).toEqual([]);
    expect(await listed(namespace, "r")).toEqual({ seatsUsed: 0, tokens: 0, waiting: 1 });
  });

  it("are as many after a restart, and come in from then on", async () => {
    const at = fresh();
    const { namespace } = at;
    await setLimits(
      namespace,
      { key: "api-*", ratePerSecond: 1, burst: 4 },
      { key: "own", ratePerSecond: 1, burst: 4 },
    );
    await at.submit(...times(9, rated("api-x")), ...times(9, rated("own")));
    expect(await at.claim({ maxJobs: 20 })).toHaveLength(8);
    now += 1_500;
    system = await system.restart();
    expect(await listed(namespace, "own")).toMatchObject({ tokens: 1.5 });
    expect(await at.claim({ maxJobs: 20 })).toHaveLength(2);
    const waiting = at.claim({ maxJobs: 20, wait: durationFromMs(10_000) });
    now += 500;
    expect(await waiting).toHaveLength(2);
  });

  it("that nobody needs for long are not forgotten", async () => {
    const at = fresh();
    const { namespace } = at;
    await setLimits(namespace, { key: "user-*", ratePerSecond: 0.001, burst: 1 });
    // As many keys as make the book look through them.
    for (let page = 0; page < 3; page++) {
      await at.submit(...Array.from({ length: 1_000 }, (_, i) => rated(`user-${page}-${i}`)));
      const leases = await at.claim({ maxJobs: 1_000 });
      expect(leases).toHaveLength(1_000);
      now += 1;
    }
    await at.submit(rated("user-0-0"), rated("user-1-500"), rated("user-2-999"), rated("user-new"));
    expect((await at.claim({ maxJobs: 9 })).map(({ serial }) => Number(serial))).toEqual([3_004]);
  });
});

describe("limits that make no sense", () => {
  it.each([
    ["a rate below zero", { key: "k", ratePerSecond: -1 }],
    ["no number", { key: "k", ratePerSecond: Number.NaN }],
    ["more seats than anybody has", { key: "k", seats: 4_000_000_000 }],
    ["no key", { key: "", seats: 1 }],
  ])("are refused: %s", async (_, limit) => {
    const at = fresh();
    await at.submit(keyed("k"));
    await expect(setLimits(at.namespace, limit)).rejects.toSatisfy(because("INVALID_ARGUMENT"));
    expect((await system.queues.listLimits({ namespace: at.namespace })).limits).toEqual([]);
    expect(await at.claim({ profile: anyKind })).toHaveLength(1);
  });
});
