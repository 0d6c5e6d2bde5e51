import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReplica } from "./gateway-replica.js";
import { janitorCalls } from "./janitor-calls.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// What can be said exactly where nobody else is at work; the tests follow each other.
let system: TestSystem;
const janitor = janitorCalls(() => `http://${system.addresses.http}/janitor`);
const { call } = janitor;

beforeAll(async () => {
  const quiet = { MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" };
  system = await startTestSystem({ ...quiet, JANITOR_AVOID_HOSTS: "avoided.example" });
});
afterAll(() => system.stop());

const empty = { status: 503, body: { reason: "queue empty" } };
const body = async (path: string) => (await call("GET", path)).body;
const queued = async () => ((await body("/queue")) as { codebase: string }[]).map(({ codebase }) => codebase);
const positionOf = (codebase: string) => body(`/queue/position?codebase=${codebase}&campaign=lintian-fixes`);

describe("with nothing to do", () => {
  it("every list is empty and every number 0", async () => {
    for (const path of ["/queue", "/codebases", "/candidates", "/active-runs"]) expect(await body(path)).toEqual([]);
    expect(await call("GET", "/active-runs/+peek")).toMatchObject(empty);
    expect(await call("POST", "/active-runs")).toMatchObject(empty);
    expect(await body("/status")).toEqual({ processing: [], avoid_hosts: ["avoided.example"], rate_limit_hosts: {} });
    expect(await body("/watchdog/health")).toEqual({ status: "ok", active_runs: 0, health_statuses: [] });
    const numbers = { queue_length: 0, active_runs: 0, succeeded: 0, failed: 0 };
    expect(await body("/queue/stats")).toEqual({ ...numbers, status: "operational" });
    expect(await body("/resume/validate")).toEqual({
      ...{ status: "consistent", message: "All resume relationships are valid" },
    });
  });

  it("items of avoided hosts are nothing", async () => {
    await call("POST", "/codebases", [{ name: "avoided", branch_url: "https://avoided.example/x" }]);
    await janitor.schedule("avoided");
    expect(await call("GET", "/active-runs/+peek")).toMatchObject(empty);
    expect(await call("POST", "/active-runs", {})).toMatchObject(empty);
    await call("POST", "/candidates", [{ codebase: "avoided", campaign: "lintian-fixes" }]);
    const [{ id }] = (await body("/candidates")) as [{ id: number }];
    expect((await call("DELETE", `/candidates/${id}`)).status).toBe(200);
    expect(await queued()).toEqual([]);
  });
});

describe("the order of the queue", () => {
  it("is that of the buckets, then of the priorities, then of the numbers, and a claim changes nothing", async () => {
    const names = ["aa", "bb", "cc", "dd", "ee", "ff"] as const;
    await janitor.upload(names);
    // The smallest priority of all is what an offset is added to: -1, -2, 1, 1, and so on.
    await janitor.schedule("aa", { estimated_duration: 10 });
    await janitor.schedule("bb", { estimated_duration: 20 });
    await janitor.schedule("cc", { offset: 3, estimated_duration: 30 });
    await janitor.schedule("dd", { offset: 3, estimated_duration: 40 });
    await janitor.schedule("ee", { offset: 1000, bucket: "reschedule", estimated_duration: 50 });
    const { queue_position, queue_wait_time } = await janitor.schedule("ff", {
      bucket: "control",
      estimated_duration: 60,
    });
    expect([queue_position, queue_wait_time]).toEqual([1, 0]);
    expect(await queued()).toEqual(["ff", "ee", "bb", "aa", "cc", "dd"]);
    expect(await positionOf("aa")).toEqual({ position: 4, wait_time: 130, cumulative_wait_time: 130 });
    expect(await call("GET", "/active-runs/+peek")).toMatchObject({ status: 201, body: { codebase: "ff" } });
    for (const codebase of ["ff", "ee"]) expect(await janitor.assign()).toMatchObject({ codebase });
    expect(await queued()).toEqual(["ff", "ee", "bb", "aa", "cc", "dd"]);
    expect(await positionOf("aa")).toEqual({ position: 4, wait_time: 65, cumulative_wait_time: 130 });
    // As good a bucket overwrites all, the place too, also with a worse one.
    await janitor.schedule("bb", { offset: 500, estimated_duration: 1 });
    expect(await queued()).toEqual(["ff", "ee", "aa", "cc", "dd", "bb"]);
    expect(((await body("/queue?limit=3")) as unknown[]).length).toBe(3);
  });

  it("is left by what is finished, and numbers follow", async () => {
    const active = (await body("/active-runs")) as { id: string; codebase: string }[];
    expect(active.map(({ codebase }) => codebase)).toEqual(["ff", "ee"]);
    const [first = { id: "" }, second = { id: "" }] = active;
    expect((await janitor.finish(first.id, {})).status).toBe(201);
    expect((await janitor.finish(second.id, { code: "nothing-to-do" })).status).toBe(201);
    expect(await queued()).toEqual(["aa", "cc", "dd", "bb"]);
    expect(await body("/queue/stats")).toEqual({
      ...{ queue_length: 4, active_runs: 0, succeeded: 1, failed: 1, status: "operational" },
    });
  });
});

describe("runs that go on from each other", () => {
  it("are followed for ten generations", async () => {
    await janitor.upload(["long"]);
    const runs: string[] = [];
    for (let generation = 0; generation < 12; generation += 1) {
      await janitor.schedule("long");
      const run = (await janitor.assign({ codebase: "long" }))?.["id"] as string;
      expect((await janitor.finish(run, { revision: `r${generation}` })).status).toBe(201);
      runs.push(run);
    }
    expect(await body(`/resume/chain/${runs[11]}`)).toEqual({ run_id: runs[11], resume_chain: runs.slice(1, 11) });
    expect(await body(`/resume/descendants/${runs[0]}`)).toEqual({ run_id: runs[0], descendants: runs.slice(1, 11) });
  });
});

describe("workers", () => {
  it("are listed by name, and counted", async () => {
    for (const name of ["zoe", "adam", "mia"]) await call("POST", "/admin/workers", { name, password: "secret" });
    const { workers, ...numbers } = (await body("/admin/workers")) as { workers: { name: string }[] };
    expect(workers.map(({ name }) => name)).toEqual(["adam", "mia", "zoe"]);
    expect(numbers).toMatchObject({
      ...{ total_workers: 3, active_workers: 0, idle_workers: 3 },
      summary: { total: 3, active: 0, idle: 3, failed: 0 },
    });
  });

  it("that call too often are told when to come back, where an operator says how often", async () => {
    const limited = await startReplica(system, { JANITOR_ASSIGN_RATE: "2" });
    try {
      const { call: ask } = janitorCalls(() => `http://${limited.addresses.http}/janitor`);
      const nothing = { worker: "eager", codebase: "nothing" };
      for (let turn = 0; turn < 2; turn += 1) expect(await ask("POST", "/active-runs", nothing)).toMatchObject(empty);
      const { status, headers, body: refusal } = await ask("POST", "/active-runs", nothing);
      expect([status, refusal]).toEqual([429, { reason: expect.any(String) }]);
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await ask("POST", "/active-runs", { ...nothing, worker: "other" })).toMatchObject(empty);
    } finally {
      await limited.stop();
    }
  });
});
