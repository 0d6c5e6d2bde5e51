import { systemClock } from "@switchyard/clock";
import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import { reasonOf } from "@switchyard/errors";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { QueueSettings_Sharing } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { after, drive } from "./drive.js";
import { anyKind, createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { because } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
let counter = 0;
let now = 1_800_000_000_000;
const fresh = () => drive(() => system, `ns-${++counter}`);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database, {}, { clock: { ...systemClock, now: () => now } });
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

type Settings = NonNullable<Parameters<typeof system.queues.updateQueue>[0]["settings"]>;
const { FAIR, STRICT } = QueueSettings_Sharing;
const set = (namespace: string, name: string, settings: Settings) =>
  system.queues.updateQueue({ namespace, name, settings });
const times = <T>(n: number, spec: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => spec(i));
/** How many leases there are of each of something. */
function shares<T>(leases: readonly T[], of: (lease: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const lease of leases) counts[of(lease)] = (counts[of(lease)] ?? 0) + 1;
  return counts;
}

describe("a paused queue", () => {
  it("gives nothing, in no way, and everything when it goes on", async () => {
    const at = fresh();
    const { namespace } = at;
    await at.submitOne({ queue: "open" });
    const before = await at.claimSoon();
    const waiting = at.claim({ wait: durationFromMs(20_000), maxJobs: 10 });
    // A queue can be set before its first job.
    const { queue } = await system.queues.pauseQueue({ namespace, name: "q" });
    expect(queue?.paused).toBe(true);
    const ids = await at.submit({ queue: "q" }, { queue: "q", kind: "other" });
    expect(await at.claim()).toEqual([]);
    await expect(at.claim({ jobId: ids[0] as string })).rejects.toSatisfy(because("NOT_CLAIMABLE"));
    expect((await system.jobs.peekJobs({ namespace, profile: anyKind, limit: 5 })).jobs).toEqual([]);
    expect(await at.states(...ids)).toEqual(["QUEUED", "QUEUED"]);
    expect(await at.finish([before.jobId])).toEqual([0]);
    await system.queues.pauseQueue({ namespace, name: "q" });
    await system.queues.resumeQueue({ namespace, name: "q" });
    expect((await waiting).map(({ jobId }) => jobId)).toEqual(ids);
  });

  it("lets its running jobs end, and keeps what they give back", async () => {
    const at = fresh();
    const { namespace } = at;
    const [first, second] = await at.submit({}, {});
    await at.claim({ maxJobs: 2 });
    await system.queues.pauseQueue({ namespace, name: "default" });
    await at.finish([first as string], Outcome_Kind.RELEASED);
    expect(await at.finish([second as string])).toEqual([0]);
    expect(await at.claim()).toEqual([]);
    system = await system.restart();
    expect(await at.claim()).toEqual([]);
    await system.queues.resumeQueue({ namespace, name: "default" });
    expect((await at.claimSoon()).jobId).toBe(first);
  });

  it("does not stop the others", async () => {
    const at = fresh();
    await system.queues.pauseQueue({ namespace: at.namespace, name: "q" });
    await at.submit(...times(5, (i) => ({ queue: i % 2 === 0 ? "q" : "default" })));
    expect((await at.claim({ maxJobs: 9 })).map(({ serial }) => Number(serial))).toEqual([2, 4]);
  });
});

describe("a queue that drains", () => {
  it("takes nothing more and finishes what it has", async () => {
    const at = fresh();
    const { namespace } = at;
    const [first, second] = await at.submit({}, {});
    await at.claim();
    await set(namespace, "default", { draining: true });
    await expect(at.submit({ queue: "other" }, {})).rejects.toSatisfy(because("WRONG_STATE"));
    expect((await system.jobs.listJobs({ namespace, wantTotal: true })).total).toBe(2n);
    await at.finish([first as string], Outcome_Kind.RELEASED);
    for (const jobId of [first, second]) {
      expect((await at.claimSoon()).jobId).toBe(jobId);
      await at.finish([jobId as string]);
    }
    system = await system.restart();
    await expect(at.submit({})).rejects.toSatisfy(because("WRONG_STATE"));
    await set(namespace, "default", {});
    expect(await at.submit({})).toHaveLength(1);
  });
});

describe("a queue with a most of open jobs", () => {
  it("never has more, however many submit at once", async () => {
    const at = fresh();
    const { namespace } = at;
    await set(namespace, "default", { maxOpenJobs: 10n });
    const calls = await Promise.allSettled(times(30, (i) => at.submit(...times(1 + (i % 3), () => ({})))));
    const admitted = calls.flatMap((call) => (call.status === "fulfilled" ? call.value : []));
    for (const call of calls) if (call.status === "rejected") expect(reasonOf(call.reason)).toBe("QUOTA_EXCEEDED");
    expect(admitted.length).toBeLessThanOrEqual(10);
    expect(admitted.length).toBeGreaterThan(7);
    expect((await system.jobs.listJobs({ namespace, wantTotal: true })).total).toBe(BigInt(admitted.length));
    await expect(at.submit(...times(11 - admitted.length, () => ({})))).rejects.toSatisfy(because("QUOTA_EXCEEDED"));
    expect(await at.submit(...times(10 - admitted.length, () => ({})), { queue: "other" })).toBeDefined();
    await at.finish((await at.claim()).map(({ jobId }) => jobId));
    expect(await at.submit({})).toHaveLength(1);
  });

  it("still answers with the jobs that it has", async () => {
    const at = fresh();
    await set(at.namespace, "default", { maxOpenJobs: 1n });
    const reuse = { key: "k", states: [ReuseState.ACTIVE] };
    const first = await at.submitOne({ reuse });
    expect(await at.submit({ reuse }, { reuse }, { queue: "other" })).toMatchObject([first, first, expect.any(String)]);
    await expect(at.submit({ reuse: { ...reuse, key: "other" } })).rejects.toSatisfy(because("QUOTA_EXCEEDED"));
  });
});

describe("fair sharing", () => {
  it("gives each key its weight of the turns, and order inside each", async () => {
    const at = fresh();
    await set(at.namespace, "default", { sharing: FAIR, fairnessWeights: { b: 2, c: 5 } });
    // All of one key first: in strict order the others would wait for them.
    for (const fairnessKey of ["a", "b", "c"])
      await at.submit(
        ...times(300, (i) => ({ fairnessKey, kind: `k${i % 7}`, concurrencyKeys: i % 3 ? [`${i % 5}`] : [] })),
      );
    const keyOf = new Map<string, string>();
    const order = new Map<string, bigint>();
    const leases = [];
    for (let i = 0; i < 40; i++) leases.push(...(await at.claim({ maxJobs: 8 })));
    for (const { jobId, serial } of leases) {
      const key = serial <= 300n ? "a" : serial <= 600n ? "b" : "c";
      keyOf.set(jobId, key);
      expect(serial).toBeGreaterThan(order.get(key) ?? 0n);
      order.set(key, serial);
    }
    const counts = shares(leases, ({ jobId }) => keyOf.get(jobId) as string);
    expect(counts).toEqual({ a: 40, b: 80, c: 200 });
  });

  it("gives nothing for the time that a key was away", async () => {
    const at = fresh();
    await set(at.namespace, "default", { sharing: FAIR });
    const lists = (jobs: readonly { serial: bigint }[], from: number) =>
      jobs.filter(({ serial }) => Number(serial) >= from).length;
    // Both have had turns; one goes on alone, and the other comes back.
    await at.submit({ fairnessKey: "back" }, ...times(100, () => ({ fairnessKey: "busy" })));
    expect(await at.claim({ maxJobs: 61 })).toHaveLength(61);
    await at.submit(...times(50, () => ({ fairnessKey: "back" })), ...times(50, () => ({ fairnessKey: "new" })));
    const leases = await at.claim({ maxJobs: 30 });
    expect(leases.filter(({ serial }) => serial <= 101n)).toHaveLength(10);
    expect([lists(leases, 102), lists(leases, 152)]).toEqual([20, 10]);
  });

  it("gives nothing to the key without a name either", async () => {
    const at = fresh();
    await set(at.namespace, "default", { sharing: FAIR });
    await at.submit({}, ...times(60, () => ({ fairnessKey: "busy" })));
    expect(await at.claim({ maxJobs: 41 })).toHaveLength(41);
    await at.submit(...times(20, () => ({})));
    const leases = await at.claim({ maxJobs: 20 });
    expect(leases.filter(({ serial }) => serial > 61n)).toHaveLength(10);
  });

  it("can begin and end while jobs wait", async () => {
    const at = fresh();
    const { namespace } = at;
    await at.submit(...times(40, (i) => ({ fairnessKey: i < 20 ? "a" : "b", kind: `k${i % 6}` })));
    const serials = async () => (await at.claim({ maxJobs: 4 })).map(({ serial }) => Number(serial));
    expect(await serials()).toEqual([1, 2, 3, 4]);
    await set(namespace, "default", { sharing: FAIR });
    expect(await serials()).toEqual([5, 21, 6, 22]);
    await set(namespace, "default", { sharing: STRICT });
    expect(await serials()).toEqual([7, 8, 9, 10]);
    await set(namespace, "default", { sharing: FAIR, fairnessWeights: { b: 3 } });
    expect(shares(await at.claim({ maxJobs: 12 }), ({ serial }) => (serial <= 20n ? "a" : "b"))).toEqual({
      a: 3,
      b: 9,
    });
    system = await system.restart();
    expect(shares(await at.claim({ maxJobs: 8 }), ({ serial }) => (serial <= 20n ? "a" : "b"))).toEqual({ a: 2, b: 6 });
  });

  it("holds up nobody for a key whose jobs can't start", async () => {
    const at = fresh();
    await set(at.namespace, "default", { sharing: FAIR });
    await system.queues.setLimits({ namespace: at.namespace, limits: [{ key: "k", seats: 1 }] });
    await at.submit(
      ...times(20, () => ({ fairnessKey: "held", concurrencyKeys: ["k"] })),
      ...times(20, () => ({ fairnessKey: "free" })),
    );
    expect(shares(await at.claim({ maxJobs: 10 }), ({ serial }) => (serial <= 20n ? "held" : "free"))).toEqual({
      held: 1,
      free: 9,
    });
  });
});

describe("queues with weights", () => {
  const queueOf = ({ queue }: { queue: string }) => queue;

  it("share the turns among themselves", async () => {
    const at = fresh();
    const { namespace } = at;
    await set(namespace, "heavy", { weight: 3 });
    await set(namespace, "light", { weight: 1 });
    await at.submit(...times(200, () => ({ queue: "light" })), ...times(200, () => ({ queue: "heavy" })));
    expect(shares(await at.claim({ maxJobs: 100 }), queueOf)).toEqual({ heavy: 75, light: 25 });
    // One that was empty, or paused, has no claim to the turns of that time.
    await system.queues.pauseQueue({ namespace, name: "heavy" });
    expect(shares(await at.claim({ maxJobs: 50 }), queueOf)).toEqual({ light: 50 });
    await system.queues.resumeQueue({ namespace, name: "heavy" });
    await set(namespace, "new", { weight: 1 });
    await at.submit(...times(100, () => ({ queue: "new" })));
    const counts = shares(await at.claim({ maxJobs: 50 }), queueOf);
    for (const [name, share] of [
      ["heavy", 30],
      ["light", 10],
      ["new", 10],
    ] as const)
      expect(Math.abs((counts[name] ?? 0) - share)).toBeLessThanOrEqual(1);
  });

  it("stand in the order of their jobs against those without", async () => {
    const at = fresh();
    const { namespace } = at;
    await set(namespace, "a", { weight: 1 });
    await set(namespace, "b", { weight: 1 });
    const rank = (value: number) => ({ rankBy: { case: "rank" as const, value } });
    await at.submit(
      { queue: "plain", order: rank(0) },
      { queue: "plain", order: rank(10) },
      ...times(3, () => ({ queue: "a", order: rank(5) })),
      ...times(3, () => ({ queue: "b", order: rank(5) })),
    );
    const leases = await at.claim({ maxJobs: 8 });
    expect(leases.map(queueOf)).toEqual(["plain", "a", "b", "a", "b", "a", "b", "plain"]);
  });
});

describe("reading queues", () => {
  it("shows counts, head, running, dead letters and finished jobs of one moment", async () => {
    const at = fresh();
    const { namespace } = at;
    await set(namespace, "q", { keepDeadLetters: true, weight: 2, retention: durationFromMs(86_400_000) });
    const get = (more = {}) => system.queues.getQueue({ namespace, name: "q", ...more });
    const order = (value: number) => ({ rankBy: { case: "rank" as const, value } });
    const ids = await at.submit(...times(7, (i) => ({ queue: "q", kind: `k${i % 3}`, order: order(7 - i) })));
    const parent = await at.submitOne({ queue: "other" });
    await at.submit(
      { queue: "q", dependencies: [after(parent)] },
      { queue: "q", startTime: { seconds: BigInt(now / 1_000 + 60), nanos: 0 } },
    );
    const profile = { ...anyKind, queues: ["q"] };
    const claimed = (await at.claim({ profile, maxJobs: 4 })).map(({ jobId }) => jobId);
    expect(claimed).toEqual(ids.slice(3).reverse());
    now += 5;
    await at.finish(claimed.slice(0, 1), Outcome_Kind.FAILED);
    now += 5;
    await at.finish(claimed.slice(1, 2));
    await at.claim({ profile, runnerId: "starter", start: true });
    now += 1_000;
    const answer = await get({ head: 2, running: 10, deadLetters: 10, finished: 10 });
    const idsOf = (jobs: readonly { id: string }[]) => jobs.map(({ id }) => id);
    expect(answer.queue?.counts).toMatchObject({
      ...{ blocked: 1n, scheduled: 1n, queued: 2n, claimed: 2n, started: 1n },
      ...{ succeeded: 1n, failed: 1n, timedOut: 0n, cancelled: 0n },
    });
    expect(idsOf(answer.head)).toEqual([ids[1], ids[0]]);
    expect(idsOf(answer.running)).toEqual([...claimed.slice(2), ids[2]]);
    expect(idsOf(answer.deadLetters)).toEqual([claimed[0]]);
    expect(idsOf(answer.finished)).toEqual([claimed[1], claimed[0]]);
    expect(answer.finished[0]?.state).toBe(JobState.SUCCEEDED);
    expect(answer.queue?.settings).toMatchObject({ keepDeadLetters: true, weight: 2, sharing: STRICT });
    expect(answer.queue?.oldestReadyAge && durationMs(answer.queue.oldestReadyAge)).toBe(1_010);
    expect((await get({ head: 1 })).finished).toEqual([]);

    // A restart changes nothing of it.
    const version = answer.queue?.version ?? 0n;
    system = await system.restart();
    const again = await get({ head: 2, running: 10, deadLetters: 10, finished: 10 });
    expect({ ...again.queue, version }).toEqual(answer.queue);
    expect(again.queue?.version).toBeGreaterThanOrEqual(version);
    expect([again.head, again.running, again.deadLetters, again.finished].map(idsOf)).toEqual(
      [answer.head, answer.running, answer.deadLetters, answer.finished].map(idsOf),
    );
  });

  it("gives another version after every event", async () => {
    const at = fresh();
    const version = async () =>
      (await system.queues.getQueue({ namespace: at.namespace, name: "default" })).queue?.version ?? 0n;
    let last = 0n;
    const rises = async () => {
      await eventually(async () => expect(await version()).toBeGreaterThan(last));
      last = await version();
    };
    const [jobId] = await at.submit({});
    await rises();
    await at.claim();
    await rises();
    await at.finish([jobId as string]);
    await rises();
    system = await system.restart();
    expect(await version()).toBeGreaterThanOrEqual(last);
  });

  it("knows the age of the oldest ready job, and none when nothing is ready", async () => {
    const at = fresh();
    const age = async (name: string) => {
      const { queue } = await system.queues.getQueue({ namespace: at.namespace, name });
      return queue?.oldestReadyAge && durationMs(queue.oldestReadyAge);
    };
    await at.submit({ queue: "a" });
    now += 100;
    await at.submit({ queue: "a" });
    now += 10;
    await at.submit({ queue: "b" });
    now += 40;
    expect([await age("a"), await age("b")]).toEqual([150, 40]);
    await at.claim({ profile: { ...anyKind, queues: ["a"] } });
    expect(await age("a")).toBe(50);
    await at.claim({ profile: { ...anyKind, queues: ["a"] } });
    expect(await age("a")).toBeUndefined();
  });

  it("lists queues by name, page by page, set ones and used ones", async () => {
    const at = fresh();
    const { namespace } = at;
    await set(namespace, "q-set", {});
    await at.submit(...times(5, (i) => ({ queue: `q-${4 - i}` })));
    const names: string[] = [];
    for (let pageToken = "", first = true; first || pageToken !== ""; first = false) {
      const page = await system.queues.listQueues({ namespace, pageSize: 2, pageToken });
      names.push(...page.queues.map(({ name }) => name));
      pageToken = page.nextPageToken;
    }
    expect(names).toEqual(["q-0", "q-1", "q-2", "q-3", "q-4", "q-set"]);
    await expect(system.queues.getQueue({ namespace, name: "none" })).rejects.toSatisfy(because("QUEUE_NOT_FOUND"));
  });
});

describe("settings", () => {
  it("survive a restart, and are refused when they make no sense", async () => {
    const at = fresh();
    const { namespace } = at;
    const settings = {
      sharing: FAIR,
      fairnessWeights: { a: 2.5, "": 0.5 },
      weight: 4,
      keepDeadLetters: true,
      omitSubjectAggregates: true,
      maxOpenJobs: 7n,
      draining: true,
      retention: durationFromMs(1_000),
    };
    const { queue } = await set(namespace, "q", settings);
    expect(queue?.settings).toMatchObject(settings);
    await system.queues.pauseQueue({ namespace, name: "q" });
    system = await system.restart();
    const after = await system.queues.getQueue({ namespace, name: "q" });
    expect(after.queue).toMatchObject({ paused: true, settings });
    // Other settings leave it paused.
    expect((await set(namespace, "q", { weight: 1 })).queue).toMatchObject({
      paused: true,
      settings: { weight: 1, draining: false },
    });
    for (const wrong of [{ weight: -1 }, { weight: Number.NaN }, { fairnessWeights: { a: 0 } }, { maxOpenJobs: -1n }])
      await expect(set(namespace, "q", wrong)).rejects.toSatisfy(because("INVALID_ARGUMENT"));
    await expect(set(namespace, "", {})).rejects.toSatisfy(because("INVALID_ARGUMENT"));
  });
});
