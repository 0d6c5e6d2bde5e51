import { isRetryable } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { SubmittedJob_Disposition } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { OnConflict, ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { createFlushFaults, type FlushFault, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSchedulerDatabase, item, startScheduler, type TestScheduler } from "./setup.js";
import { json, type TestNamespace, testNamespace } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
let counter = 0;
const faults = createFlushFaults({ seed: 1, rates: {} });

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database, {}, { interceptFlush: faults.intercept });
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

/** Makes a call of which the first try meets a fault, and repeats it as the client library does. */
async function struck<T>(fault: FlushFault, lane: string, call: () => Promise<T>): Promise<T> {
  const before = faults.injected[fault];
  faults.arm(fault, lane);
  await expect(call()).rejects.toSatisfy(isRetryable);
  expect(faults.injected[fault]).toBe(before + 1);
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!isRetryable(error) || tries > 100) throw error;
    }
  }
}

const text = (payload: { data: Uint8Array } | undefined) => Buffer.from(payload?.data ?? []).toString();

describe.each(["before", "after"] as const)("a change whose write fails %s its commit", (fault) => {
  const fresh = (): TestNamespace => testNamespace(`lost-${++counter}`, () => system);

  it("is a submit: new, joined, replaced and known items stand for the same jobs in the end", async () => {
    const ns = fresh();
    const { namespace } = ns;
    const reuse = { key: "k", states: [ReuseState.ACTIVE], onConflict: OnConflict.REPLACE_UNLESS_WORSE_CLASS };
    await ns.submit({ reuse, input: json(1) });
    const items = [
      item({ reuse, input: json(2) }),
      { ...item({ input: json(3) }), idempotencyKey: "i" },
      item({ input: json(4), dependencies: [{ parent: { case: "item", value: 0 } }] }),
    ];
    const submit = () => system.jobs.submitJobs({ namespace, requestId: "call", items });
    const { jobs } = await struck(fault, "submit", submit);
    expect(jobs.map(({ serial }) => Number(serial))).toEqual([1, 2, 3]);
    const { AMENDED, CREATED, REPLAYED } = SubmittedJob_Disposition;
    const dispositions = fault === "before" ? [AMENDED, CREATED, CREATED] : [REPLAYED, REPLAYED, REPLAYED];
    expect(jobs.map(({ disposition }) => disposition)).toEqual(dispositions);
    const replaced = await ns.job(jobs[0]?.jobId ?? "");
    expect([text(replaced.spec?.input), replaced.revision]).toEqual(["2", 2n]);
    expect((await ns.job(jobs[2]?.jobId ?? "")).state).toBe(JobState.BLOCKED);
    expect(await ns.list()).toEqual([3, 2, 1]);
    const again = await system.jobs.submitJobs({ namespace, items: [items[1] ?? {}] });
    expect(again.jobs[0]).toMatchObject({ serial: 2n, disposition: REPLAYED });
  });

  it("is a retry: the job is opened once", async () => {
    const ns = fresh();
    const { namespace } = ns;
    const { jobId } = await ns.submit();
    await ns.run(jobId, Outcome_Kind.FAILED);
    const retry = () => system.jobs.retryJobs({ namespace, jobIds: [jobId], requestId: "retry" });
    const { results } = await struck(fault, "report", retry);
    expect(results[0]).toMatchObject({ reason: ErrorReason.UNSPECIFIED, job: { state: JobState.QUEUED } });
    expect(await ns.job(jobId)).toMatchObject({ reopenCount: 1, revision: 2n });
    expect((await ns.claim())[0]).toMatchObject({ jobId, attempt: 2 });
  });

  it("is another place: it holds, and nothing is left of the old one", async () => {
    const ns = fresh();
    const { namespace } = ns;
    const [first] = await ns.submitAll([{}, {}]);
    const jobId = first?.jobId ?? "";
    const order = { rankClass: 1, rankBy: { case: "rank" as const, value: 2 }, weight: 3 };
    const { place } = await struck(fault, "report", () => system.jobs.reorderJob({ namespace, jobId, order }));
    expect(place?.position).toBe(1n);
    expect(await ns.job(jobId)).toMatchObject({ spec: { order }, revision: fault === "before" ? 2n : 3n });
    expect((await ns.claim({ maxJobs: 2 })).map(({ serial }) => Number(serial))).toEqual([2, 1]);
  });

  it("is a deletion: the job is gone, and its key and number stay as they have to", async () => {
    const ns = fresh();
    const { namespace } = ns;
    const reuse = { key: "k", states: [ReuseState.ACTIVE] };
    const { jobId } = await ns.submit({ reuse });
    await ns.claim();
    const remove = () => system.jobs.deleteJobs({ namespace, jobIds: [jobId] });
    const { results } = await struck(fault, "report", remove);
    expect(results[0]?.reason).toBe(fault === "before" ? ErrorReason.UNSPECIFIED : ErrorReason.JOB_NOT_FOUND);
    expect(await ns.list()).toEqual([]);
    expect((await ns.finish({ jobId })).reason).toBe(ErrorReason.JOB_NOT_FOUND);
    expect(await ns.submit({ reuse })).toMatchObject({ serial: 2n, disposition: SubmittedJob_Disposition.CREATED });
  });

  it("is a dismissal, or a cancel", async () => {
    const ns = fresh();
    const { namespace } = ns;
    await system.queues.updateQueue({ namespace, name: "default", settings: { keepDeadLetters: true } });
    const [failed, waiting] = await ns.submitAll([{}, {}]);
    const jobIds = [failed?.jobId ?? ""];
    await ns.run(jobIds[0] as string, Outcome_Kind.FAILED);
    const { results } = await struck(fault, "report", () => system.jobs.dismissJobs({ namespace, jobIds }));
    expect(results[0]).toMatchObject({ reason: 0, job: { dismissed: true } });
    await struck(fault, "report", () => system.jobs.cancelJobs({ namespace, jobIds: [waiting?.jobId ?? ""] }));
    expect((await ns.job(waiting?.jobId ?? "")).state).toBe(JobState.CANCELLED);
  });
});
