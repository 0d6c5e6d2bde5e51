import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { Dependency_OnUnsatisfied, EndReason, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { CancelMode, SubmittedJob_Disposition } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { after, afterItem, drive } from "./drive.js";
import { createSchedulerDatabase, item, startScheduler, type TestScheduler } from "./setup.js";
import { because } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
let counter = 0;
/** A namespace of its own for each case. */
const fresh = () => drive(() => system, `ns-${++counter}`);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

const { FAILED, CANCELLED, TIMED_OUT } = JobState;
const failing = { onUnsatisfied: Dependency_OnUnsatisfied.FAIL };
/** Waits until a job is in a state. */
const becomes = (at: ReturnType<typeof fresh>, jobId: string, state: string) =>
  eventually(async () => expect(await at.states(jobId)).toEqual([state]));

describe("a job that waits for another", () => {
  it("by id: is blocked until it has ended well, and ready from then on", async () => {
    const at = fresh();
    const parent = await at.submitOne();
    const child = await at.submitOne({ dependencies: [after(parent)] });
    expect(await at.job(child)).toMatchObject({ state: JobState.BLOCKED, openParents: 1 });
    expect((await at.claim({ maxJobs: 10 })).map(({ jobId }) => jobId)).toEqual([parent]);
    expect(await at.claim()).toEqual([]);
    await at.finish([parent]);
    expect((await at.claimSoon()).jobId).toBe(child);
    expect(await at.job(child)).toMatchObject({ openParents: 0 });
    await at.finish([child]);
    expect((await at.events()).get(child)).toEqual([
      "SUBMITTED >BLOCKED",
      "READY BLOCKED>QUEUED",
      "CLAIMED QUEUED>RUNNING",
      "ENDED RUNNING>SUCCEEDED",
    ]);
  });

  it("by item, also of a later one", async () => {
    const at = fresh();
    const [last, first, middle] = await at.submit(
      { dependencies: [afterItem(2)] },
      {},
      { dependencies: [afterItem(1)] },
    );
    expect(await at.states(last as string, first as string, middle as string)).toEqual([
      "BLOCKED",
      "QUEUED",
      "BLOCKED",
    ]);
    for (const expected of [first, middle, last]) {
      expect((await at.claimSoon()).jobId).toBe(expected);
      expect(await at.claim()).toEqual([]);
      await at.finish([expected as string]);
    }
  });

  it("of several: waits for the last of them", async () => {
    const at = fresh();
    const parents = await at.submit({}, {}, {});
    const child = await at.submitOne({ dependencies: parents.map((id) => after(id)) });
    await at.claim({ maxJobs: 10 });
    for (const [done, parent] of parents.entries()) {
      expect(await at.job(child)).toMatchObject({ state: JobState.BLOCKED, openParents: 3 - done });
      await at.finish([parent]);
    }
    expect((await at.claimSoon()).jobId).toBe(child);
  });

  it("with a start time: waits for both", async () => {
    const at = fresh();
    const parent = await at.submitOne();
    const startTime = { seconds: BigInt(Math.floor(Date.now() / 1_000) + 3), nanos: 0 };
    const child = await at.submitOne({ dependencies: [after(parent)], startTime });
    await at.claim();
    await at.finish([parent]);
    await becomes(at, child, "SCHEDULED");
    expect((await at.claimSoon()).jobId).toBe(child);
    expect((await at.events()).get(child)?.slice(0, 3)).toEqual([
      "SUBMITTED >BLOCKED",
      "READY BLOCKED>SCHEDULED",
      "READY SCHEDULED>QUEUED",
    ]);
  });

  it("is handed to a runner that waits, when its time has come", async () => {
    const at = fresh();
    const [parent, child] = await at.submit({ kind: "first" }, { kind: "second", dependencies: [afterItem(0)] });
    const profile = { kinds: [{ by: { case: "exact" as const, value: "second" } }] };
    const waiting = at.claimSoon({ profile });
    await at.claim();
    await at.finish([parent as string]);
    expect((await waiting).jobId).toBe(child);
  });

  it("can be cancelled and moved while it waits", async () => {
    const at = fresh();
    const parent = await at.submitOne();
    const [gone, moved, other] = await at.submit(...[1, 2, 3].map(() => ({ dependencies: [after(parent)] })));
    const order = { rankClass: -1 };
    await system.jobs.reorderJob({ namespace: at.namespace, jobId: moved as string, order });
    await system.jobs.cancelJobs({ namespace: at.namespace, jobIds: [gone as string] });
    await at.claim();
    await at.finish([parent]);
    await becomes(at, other as string, "QUEUED");
    expect((await at.claim({ maxJobs: 10 })).map(({ jobId }) => jobId)).toEqual([moved, other]);
    expect(await at.states(gone as string)).toEqual(["CANCELLED"]);
  });
});

describe("a parent that ends otherwise", () => {
  const ends = [
    ["fails", Outcome_Kind.FAILED, "FAILED"],
    ["times out", Outcome_Kind.TIMED_OUT, "TIMED_OUT"],
  ] as const;
  it.each(ends)(
    "%s: the child is cancelled or fails, as it says, and what waits for the child too",
    async (_, kind) => {
      const at = fresh();
      const [parent, skipped, failed, grandchild, survivor] = await at.submit(
        {},
        { dependencies: [afterItem(0)] },
        { dependencies: [afterItem(0, failing)] },
        { dependencies: [afterItem(2, failing)] },
        { dependencies: [afterItem(2, { satisfiedBy: [FAILED] }), afterItem(1, { satisfiedBy: [CANCELLED] })] },
      );
      await at.claim();
      await at.finish([parent as string], kind, { retryable: false });
      await becomes(at, survivor as string, "QUEUED");
      expect(await at.states(skipped as string, failed as string, grandchild as string)).toEqual([
        "CANCELLED",
        "FAILED",
        "FAILED",
      ]);
      expect(await at.job(grandchild as string)).toMatchObject({ endReason: EndReason.PARENT, attemptCount: 0 });
      expect((await at.events()).get(grandchild as string)).toEqual(["SUBMITTED >BLOCKED", "ENDED BLOCKED>FAILED"]);
    },
  );

  it("satisfies those that name its end", async () => {
    const at = fresh();
    const parents = await at.submit({}, {}, {});
    const [onFailure, onTimeout, onCancel, onAny] = await at.submit(
      { dependencies: [after(parents[0] as string, { satisfiedBy: [FAILED] })] },
      { dependencies: [after(parents[1] as string, { satisfiedBy: [TIMED_OUT] })] },
      { dependencies: [after(parents[2] as string, { satisfiedBy: [CANCELLED] })] },
      { dependencies: parents.map((id) => after(id, { satisfiedBy: [FAILED, TIMED_OUT, CANCELLED] })) },
    );
    await at.claim({ maxJobs: 3 });
    await at.finish([parents[0] as string], Outcome_Kind.FAILED);
    await at.finish([parents[1] as string], Outcome_Kind.TIMED_OUT);
    const cancel = { namespace: at.namespace, jobIds: [parents[2] as string], mode: CancelMode.IMMEDIATE };
    await system.jobs.cancelJobs(cancel);
    for (const id of [onFailure, onTimeout, onCancel, onAny]) await becomes(at, id as string, "QUEUED");
  });

  it("and is still open after a retryable failure: nothing happens to the child", async () => {
    const at = fresh();
    const [parent, child] = await at.submit({}, { dependencies: [afterItem(0)] });
    await at.claim();
    await at.finish([parent as string], Outcome_Kind.FAILED, { retryable: true });
    expect((await at.claimSoon()).jobId).toBe(parent);
    expect(await at.states(child as string)).toEqual(["BLOCKED"]);
    await at.finish([parent as string]);
    await becomes(at, child as string, "QUEUED");
  });
});

describe("a batch that may not be", () => {
  it.each([
    ["a circle of two", [{ dependencies: [afterItem(1)] }, { dependencies: [afterItem(0)] }]],
    ["an item that waits for itself", [{ dependencies: [afterItem(0)] }]],
    [
      "a circle behind others",
      [
        {},
        { dependencies: [afterItem(0), afterItem(3)] },
        { dependencies: [afterItem(1)] },
        { dependencies: [afterItem(2)] },
      ],
    ],
    [
      "an item that would wait for itself under another index",
      [
        { dependencies: [afterItem(1)], reuse: { key: "same", states: [ReuseState.ACTIVE] } },
        { reuse: { key: "same", states: [ReuseState.ACTIVE] } },
      ],
    ],
  ])("%s: is refused and leaves nothing behind", async (_, specs) => {
    const at = fresh();
    await at.submitOne({ queue: "before" });
    await expect(at.submit(...specs)).rejects.toSatisfy(because("DEPENDENCY_CYCLE"));
    expect((await system.jobs.listJobs({ namespace: at.namespace, wantTotal: true })).total).toBe(1n);
    const { jobs } = await system.jobs.submitJobs({ namespace: at.namespace, items: [item()] });
    expect(jobs[0]?.serial).toBe(2n);
  });

  it("an unknown parent: is refused and leaves nothing behind", async () => {
    const at = fresh();
    const deleted = await at.submitOne();
    await system.jobs.deleteJobs({ namespace: at.namespace, jobIds: [deleted] });
    for (const dependency of [afterItem(7), after(deleted)]) {
      await expect(at.submit({}, { dependencies: [dependency] })).rejects.toSatisfy(because("DEPENDENCY_NOT_FOUND"));
    }
    const foreign = await fresh().submitOne();
    await expect(at.submit({ dependencies: [after(foreign)] })).rejects.toSatisfy(because("MALFORMED_ID"));
    expect((await system.jobs.listJobs({ namespace: at.namespace, wantTotal: true })).total).toBe(0n);
    expect(await at.claim()).toEqual([]);
  });

  it("a parent named twice, and a state that ends nothing", async () => {
    const at = fresh();
    const parent = await at.submitOne();
    const twice = { dependencies: [after(parent), after(parent, failing)] };
    await expect(at.submit(twice)).rejects.toSatisfy(because("INVALID_ARGUMENT"));
    const running = { dependencies: [after(parent, { satisfiedBy: [JobState.RUNNING] })] };
    await expect(at.submit(running)).rejects.toSatisfy(because("INVALID_ARGUMENT"));
  });
});

describe("a parent that has ended before", () => {
  it("counts as it ended", async () => {
    const at = fresh();
    const parents = await at.submit({}, {});
    await at.claim({ maxJobs: 2 });
    await at.finish([parents[0] as string]);
    await at.finish([parents[1] as string], Outcome_Kind.FAILED);
    const [free, skipped, failed, satisfied] = await at.submit(
      { dependencies: [after(parents[0] as string)] },
      { dependencies: [after(parents[1] as string)] },
      { dependencies: [after(parents[0] as string), after(parents[1] as string, failing)] },
      { dependencies: [after(parents[1] as string, { satisfiedBy: [FAILED] })] },
    );
    await becomes(at, failed as string, "FAILED");
    await becomes(at, skipped as string, "CANCELLED");
    expect(await at.states(free as string, satisfied as string)).toEqual(["QUEUED", "QUEUED"]);
    const events = await at.events();
    expect(events.get(free as string)).toEqual(["SUBMITTED >QUEUED"]);
    expect(events.get(failed as string)).toEqual(["SUBMITTED >BLOCKED", "ENDED BLOCKED>FAILED"]);
  });

  it("also when it only stands for an item of the call", async () => {
    const at = fresh();
    const reuse = { key: "report", states: [ReuseState.SUCCEEDED] };
    const parent = await at.submitOne({ reuse });
    await at.claim();
    await at.finish([parent]);
    const items = [item({ reuse }), item({ dependencies: [afterItem(0)] })];
    const { jobs } = await system.jobs.submitJobs({ namespace: at.namespace, items });
    expect(jobs.map(({ disposition, state }) => [disposition, state])).toEqual([
      [SubmittedJob_Disposition.CACHED, JobState.SUCCEEDED],
      [SubmittedJob_Disposition.CREATED, JobState.QUEUED],
    ]);
    expect((await at.claimSoon()).jobId).toBe(jobs[1]?.jobId);
  });

  it("also when it stands for an item that was submitted in an earlier call", async () => {
    const at = fresh();
    const first = { ...item(), idempotencyKey: "step-1" };
    const { jobs } = await system.jobs.submitJobs({ namespace: at.namespace, items: [first] });
    await at.claim();
    await at.finish([jobs[0]?.jobId as string]);
    const items = [first, item({ dependencies: [afterItem(0)] })];
    const again = await system.jobs.submitJobs({ namespace: at.namespace, items });
    expect(again.jobs.map(({ disposition }) => disposition)).toEqual([
      SubmittedJob_Disposition.REPLAYED,
      SubmittedJob_Disposition.CREATED,
    ]);
    expect((await at.claimSoon()).jobId).toBe(again.jobs[1]?.jobId);
  });

  it("at the very moment of the submit: no child is left waiting", async () => {
    const at = fresh();
    for (let round = 0; round < 40; round++) {
      const parent = await at.submitOne();
      await at.claim();
      const [, ...children] = await Promise.all([
        at.finish([parent]),
        ...Array.from({ length: 5 }, () => at.submitOne({ queue: "children", dependencies: [after(parent)] })),
      ]);
      for (const child of children) await becomes(at, child, "QUEUED");
      expect((await at.claim({ maxJobs: 10 })).map(({ jobId }) => jobId).sort()).toEqual([...children].sort());
      await at.finish(children);
    }
  });
});

describe("a parent that is deleted", () => {
  it("counts as cancelled", async () => {
    const at = fresh();
    const [waiting, running] = await at.submit({ queue: "other" }, {});
    const children = await at.submit(
      { dependencies: [after(waiting as string)] },
      { dependencies: [after(running as string, failing)] },
      { dependencies: [after(waiting as string, { satisfiedBy: [CANCELLED] })] },
    );
    await at.claim({ profile: { kinds: [{ by: { case: "glob", value: "*" } }], queues: ["default"] } });
    await system.jobs.deleteJobs({ namespace: at.namespace, jobIds: [waiting as string, running as string] });
    await becomes(at, children[2] as string, "QUEUED");
    await becomes(at, children[1] as string, "FAILED");
    expect(await at.states(...children)).toEqual(["CANCELLED", "FAILED", "QUEUED"]);
  });

  it("or opened again, after it let a child go, means nothing to the child; over restarts too", async () => {
    const at = fresh();
    const [done, again, open] = await at.submit({}, {}, {});
    const [released, waiting] = await at.submit(
      { dependencies: [after(done as string), after(again as string)] },
      { dependencies: [after(done as string), after(again as string), after(open as string)] },
    );
    await at.claim({ maxJobs: 3 });
    await at.finish([done as string, again as string]);
    await becomes(at, released as string, "QUEUED");
    await eventually(async () => expect((await at.job(waiting as string)).openParents).toBe(1));
    await system.jobs.deleteJobs({ namespace: at.namespace, jobIds: [done as string] });
    const expectedStates = [JobState.SUCCEEDED];
    await system.jobs.retryJobs({ namespace: at.namespace, jobIds: [again as string], expectedStates });
    system = await system.restart();
    expect(await at.states(released as string, waiting as string, again as string)).toEqual([
      "QUEUED",
      "BLOCKED",
      "QUEUED",
    ]);
    expect((await at.job(waiting as string)).openParents).toBe(1);
    await at.finish([open as string]);
    await becomes(at, waiting as string, "QUEUED");
    expect((await at.events()).get(waiting as string)).toEqual(["SUBMITTED >BLOCKED", "READY BLOCKED>QUEUED"]);
  });
});

describe("many", () => {
  it("a thousand children of one parent", async () => {
    const at = fresh();
    const parent = await at.submitOne({ queue: "parent" });
    const children = await at.submit(...Array.from({ length: 1_000 }, () => ({ dependencies: [after(parent)] })));
    await at.claim();
    await at.finish([parent]);
    const claimed: string[] = [];
    while (claimed.length < 1_000) {
      await at.claimSoon().then(({ jobId }) => claimed.push(jobId));
      claimed.push(...(await at.claim({ maxJobs: 999 })).map(({ jobId }) => jobId));
    }
    expect(claimed).toEqual(children);
  });

  it("a thousand children that end with their parent", async () => {
    const at = fresh();
    const parent = await at.submitOne({ queue: "parent" });
    const children = await at.submit(
      ...Array.from({ length: 999 }, () => ({ dependencies: [after(parent, failing)] })),
    );
    await system.jobs.cancelJobs({ namespace: at.namespace, jobIds: [parent] });
    await becomes(at, children.at(-1) as string, "FAILED");
    const { groups } = await system.jobs.aggregateJobs({ namespace: at.namespace, groupBy: [5] });
    expect(Object.fromEntries(groups.map(({ key, count }) => [key[0], Number(count)]))).toEqual({
      CANCELLED: 1,
      FAILED: 999,
    });
  });

  it("a chain of a thousand, given in reverse, ends with its first job", { timeout: 120_000 }, async () => {
    const at = fresh();
    const chain = await at.submit(
      ...Array.from({ length: 1_000 }, (_, i) => (i < 999 ? { dependencies: [afterItem(i + 1)] } : {})),
    );
    await at.claim();
    await at.finish([chain[999] as string], Outcome_Kind.FAILED, { retryable: false });
    await eventually(async () => expect(await at.states(chain[0] as string)).toEqual(["CANCELLED"]), {
      timeoutMs: 90_000,
    });
    expect((await system.queues.getQueue({ namespace: at.namespace, name: "default" })).queue?.counts).toMatchObject({
      blocked: 0n,
      failed: 1n,
      cancelled: 999n,
    });
  });
});
