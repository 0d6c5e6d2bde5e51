import { systemClock } from "@switchyard/clock";
import { isRetryable } from "@switchyard/errors";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { Dependency_OnUnsatisfied, EndReason, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReportWrite } from "../src/domain/core/writes.js";
import type { InterceptFlush } from "../src/domain/shard/term-lanes.js";
import { after, afterItem, drive } from "./drive.js";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";

let database: TestDatabase;
let system: TestScheduler;
let counter = 0;
let now = 1_800_000_000_000;
const fresh = () => drive(() => system, `ns-${++counter}`);

/** Which report write shall fail next, once: before it is stored, or after, so that its answer never comes. Either ends the term. */
let sabotage: { readonly when: "before" | "after"; readonly what: (write: ReportWrite) => boolean } | undefined;

const interceptFlush: InterceptFlush = (lane, flush) => async (client, batch) => {
  const struck =
    lane === "report" && sabotage && (batch as readonly unknown[] as readonly ReportWrite[]).some(sabotage.what)
      ? sabotage.when
      : undefined;
  if (struck) sabotage = undefined;
  if (struck === "before") throw new Error("never stored");
  const results = await flush(client, batch);
  if (struck === "after") throw new Error("stored, and the answer is lost");
  return results;
};

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startAgain();
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

/** Repeats a call as the client library does, until the shard is owned again. */
async function repeating<T>(call: () => Promise<T>): Promise<T> {
  return eventually(async () => {
    try {
      return { answer: await call() };
    } catch (error) {
      if (isRetryable(error)) throw error;
      return { error };
    }
  }).then((result) => {
    if ("error" in result) throw result.error;
    return result.answer;
  });
}

const failing = { onUnsatisfied: Dependency_OnUnsatisfied.FAIL };
const becomes = (at: ReturnType<typeof fresh>, jobId: string, state: string) =>
  eventually(async () => expect(await at.states(jobId)).toEqual([state]));
const endOf = (state: string) => (write: ReportWrite) => write.ends.some(({ final }) => final?.state === state);

describe("a restart", () => {
  it("finds a child blocked while its parent waits and runs, and ready when it has ended", async () => {
    const at = fresh();
    const [parent, child] = await at.submit({}, { dependencies: [afterItem(0)] });
    system = await system.restart();
    expect(await at.states(parent as string, child as string)).toEqual(["QUEUED", "BLOCKED"]);
    const [lease] = await at.claim();
    system = await system.restart();
    expect(await at.claim()).toEqual([]);
    expect(await at.job(child as string)).toMatchObject({ state: JobState.BLOCKED, openParents: 1 });
    await at.finish([lease as NonNullable<typeof lease>]);
    system = await system.restart();
    expect((await at.claim()).map(({ jobId }) => jobId)).toEqual([child]);
    system = await system.restart();
    await at.finish([child as string]);
    expect((await at.events()).get(child as string)).toEqual([
      "SUBMITTED >BLOCKED",
      "READY BLOCKED>QUEUED",
      "CLAIMED QUEUED>RUNNING",
      "ENDED RUNNING>SUCCEEDED",
    ]);
  });

  it("finds a start time that passed meanwhile, and tells of it once", async () => {
    const at = fresh();
    const startTime = { seconds: BigInt(now / 1_000 + 60), nanos: 0 };
    const [parent, child, alone] = await at.submit({}, { dependencies: [afterItem(0)], startTime }, { startTime });
    await at.claim();
    await at.finish([parent as string]);
    expect(await at.states(child as string, alone as string)).toEqual(["SCHEDULED", "SCHEDULED"]);
    await system.stop();
    now += 61_000;
    system = await startAgain();
    for (const job of [child, alone]) await becomes(at, job as string, "QUEUED");
    system = await system.restart();
    const events = await at.events();
    expect(events.get(alone as string)).toEqual(["SUBMITTED >SCHEDULED", "READY SCHEDULED>QUEUED"]);
    expect(events.get(child as string)).toEqual([
      "SUBMITTED >BLOCKED",
      "READY BLOCKED>SCHEDULED",
      "READY SCHEDULED>QUEUED",
    ]);
  });

  it("finds a retry that waits for its time", async () => {
    const at = fresh();
    const jobId = await at.submitOne();
    await at.claim();
    await at.finish([jobId], Outcome_Kind.FAILED, { retryable: true, retryDelay: { seconds: 30n, nanos: 0 } });
    system = await system.restart();
    expect(await at.states(jobId)).toEqual(["SCHEDULED"]);
    now += 30_000;
    expect((await at.claimSoon()).attempt).toBe(2);
    expect((await at.events()).get(jobId)?.slice(2)).toEqual([
      "ATTEMPT_FAILED RUNNING>SCHEDULED",
      "READY SCHEDULED>QUEUED",
      "CLAIMED QUEUED>RUNNING",
    ]);
  });
});

describe("a term that is lost", () => {
  it.each(["before", "after"] as const)("%s the end of a parent is stored: the child goes on once", async (when) => {
    const at = fresh();
    const [parent, child] = await at.submit({}, { dependencies: [afterItem(0)] });
    const [lease] = await at.claim();
    sabotage = { when, what: ({ releases }) => releases.length > 0 };
    await repeating(() => at.finish([lease as NonNullable<typeof lease>]));
    await becomes(at, child as string, "QUEUED");
    const events = await at.events();
    expect(events.get(parent as string)?.at(-1)).toBe("ENDED RUNNING>SUCCEEDED");
    expect(events.get(child as string)).toEqual(["SUBMITTED >BLOCKED", "READY BLOCKED>QUEUED"]);
  });

  it("between the end of a parent and that of the child which fails by it: the child still does, and what waits for it", async () => {
    const at = fresh();
    const [parent, child, grandchild] = await at.submit(
      {},
      { dependencies: [afterItem(0, failing)] },
      { dependencies: [afterItem(1)] },
    );
    await at.claim();
    // The parent is cancelled by its own call; the end of the child is the first one that fails.
    sabotage = { when: "before", what: endOf("FAILED") };
    await repeating(() => at.finish([parent as string], Outcome_Kind.TIMED_OUT));
    await becomesRepeating(at, grandchild as string, "CANCELLED");
    expect(await at.job(child as string)).toMatchObject({ state: JobState.FAILED, endReason: EndReason.PARENT });
    const events = await at.events();
    expect(events.get(child as string)).toEqual(["SUBMITTED >BLOCKED", "ENDED BLOCKED>FAILED"]);
    expect(events.get(grandchild as string)).toEqual(["SUBMITTED >BLOCKED", "ENDED BLOCKED>CANCELLED"]);
  });

  it("between the deletion of a parent and the end of its child: the child ends all the same", async () => {
    const at = fresh();
    const parent = await at.submitOne();
    const [child, satisfied] = await at.submit(
      { dependencies: [after(parent, failing)] },
      { dependencies: [after(parent, { satisfiedBy: [JobState.CANCELLED] })] },
    );
    sabotage = { when: "before", what: endOf("FAILED") };
    await repeating(() => system.jobs.deleteJobs({ namespace: at.namespace, jobIds: [parent] }));
    await becomesRepeating(at, child as string, "FAILED");
    await becomesRepeating(at, satisfied as string, "QUEUED");
  });

  it("while two of three parents end together: the child waits for the third one only", async () => {
    const at = fresh();
    const parents = await at.submit({}, {}, {});
    const child = await at.submitOne({ dependencies: parents.map((id) => after(id)) });
    const leases = await at.claim({ maxJobs: 3 });
    sabotage = { when: "after", what: ({ releases }) => releases.length > 0 };
    await repeating(() => at.finish(leases.slice(0, 2)));
    await eventually(async () =>
      expect(await at.job(child)).toMatchObject({ state: JobState.BLOCKED, openParents: 1 }),
    );
    system = await system.restart();
    expect(await at.job(child)).toMatchObject({ state: JobState.BLOCKED, openParents: 1 });
    await at.finish(leases.slice(2));
    await becomes(at, child, "QUEUED");
    expect((await at.events()).get(child)).toEqual(["SUBMITTED >BLOCKED", "READY BLOCKED>QUEUED"]);
  });
});

function startAgain(): Promise<TestScheduler> {
  return startScheduler(
    database,
    { shardLeaseMs: 1_000_000_000 },
    { clock: { ...systemClock, now: () => now }, interceptFlush },
  );
}

/** As {@link becomes}, while the shard may be without an owner. */
function becomesRepeating(at: ReturnType<typeof fresh>, jobId: string, state: string) {
  return repeating(() => becomes(at, jobId, state));
}
