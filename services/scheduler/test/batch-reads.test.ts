import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { TestDatabase } from "@switchyard/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { type TestNamespace, testNamespace } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
let counter = 0;
const many = 1_000;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database, { poolSize: 2 });
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

/** Statements of a call that read jobs, their ends or requests. What is stored goes over the lanes, which are no pool. */
async function readsOf<T>(call: () => Promise<T>): Promise<{ readonly answer: T; readonly reads: number }> {
  const query = vi.spyOn(pg.Pool.prototype, "query");
  try {
    const answer = await call();
    const texts = (query.mock.calls as unknown[][]).map(([sent]) =>
      typeof sent === "string" ? sent : (sent as { readonly text: string }).text,
    );
    return { answer, reads: texts.filter((text) => /scheduler\.(jobs|outcomes|requests)/.test(text)).length };
  } finally {
    query.mockRestore();
  }
}

/** Jobs that have failed, in the order of their submission. */
async function failed(ns: TestNamespace): Promise<string[]> {
  const jobs = await ns.submitAll(Array.from({ length: many }, () => ({})));
  const leases = await ns.claim({ runnerId: "r", maxJobs: many });
  expect(leases).toHaveLength(many);
  await system.dispatch.reportAttempts({
    reports: leases.map(({ jobId, attempt }) => report(ns, jobId, attempt, Outcome_Kind.FAILED)),
  });
  return jobs.map(({ jobId }) => jobId);
}

function report({ namespace }: TestNamespace, jobId: string, attempt: number, kind: Outcome_Kind) {
  const by = { case: "attempt" as const, value: attempt };
  return { namespace, attempt: { jobId, by }, report: { case: "outcome" as const, value: { kind } } };
}

const fresh = () => testNamespace(`batch-${++counter}`, () => system);

describe("a call about a thousand jobs reads them together", () => {
  it("when it deletes open and ended ones", async () => {
    const ns = fresh();
    const ended = await failed(ns);
    const open = (await ns.submitAll(Array.from({ length: many }, () => ({})))).map(({ jobId }) => jobId);
    // One after the other, and twice the first.
    const jobIds = ended.flatMap((id, i) => [id, open[i] as string]).slice(0, many - 1);
    jobIds.push(jobIds[0] as string);
    const { answer, reads } = await readsOf(() => system.jobs.deleteJobs({ namespace: ns.namespace, jobIds }));
    expect(answer.results.slice(0, -1).map(({ reason, job }) => [reason, job?.id])).toEqual(
      jobIds.slice(0, -1).map((id) => [0, id]),
    );
    expect(answer.results.at(-1)?.reason).toBe(ErrorReason.JOB_NOT_FOUND);
    expect(reads).toBeLessThanOrEqual(10);
  });

  it("when it retries them, under a request id or not, and when it dismisses them", async () => {
    const ns = fresh();
    const { namespace } = ns;
    await system.queues.updateQueue({ namespace, name: "default", settings: { keepDeadLetters: true } });
    const jobIds = await failed(ns);
    const dismissed = await readsOf(() => system.jobs.dismissJobs({ namespace, jobIds }));
    expect(dismissed.answer.results.map(({ job }) => [job?.id, job?.dismissed])).toEqual(
      jobIds.map((id) => [id, true]),
    );
    expect(dismissed.reads).toBeLessThanOrEqual(10);
    for (const requestId of ["one-call", "one-call", ""]) {
      const { answer, reads } = await readsOf(() => system.jobs.retryJobs({ namespace, jobIds, requestId }));
      const reason = requestId === "" ? ErrorReason.WRONG_STATE : 0;
      expect(answer.results.map((result) => [result.job?.id, result.reason])).toEqual(jobIds.map((id) => [id, reason]));
      expect(reads).toBeLessThanOrEqual(10);
    }
  });

  it("when it reports or renews what is over", async () => {
    const ns = fresh();
    const { namespace } = ns;
    const jobIds = await failed(ns);
    const reports = jobIds.map((jobId, i) => ({
      ...report(ns, jobId, 1, i % 2 === 0 ? Outcome_Kind.FAILED : Outcome_Kind.SUCCEEDED),
      returnJob: JobView.BASIC,
    }));
    const repeated = await readsOf(() => system.dispatch.reportAttempts({ reports }));
    expect(repeated.answer.results.map((result) => [result.repeatedReport, result.reason, result.job?.id])).toEqual(
      jobIds.map((id, i) => (i % 2 === 0 ? [true, 0, id] : [false, ErrorReason.ALREADY_FINISHED, undefined])),
    );
    expect(repeated.reads).toBeLessThanOrEqual(10);
    const attempts = jobIds.map((jobId) => ({ jobId, by: { case: "attempt" as const, value: 1 } }));
    const renewal = { namespace, runnerId: "r", attempts };
    const renewed = await readsOf(() => system.dispatch.renewLeases({ renewals: [renewal] }));
    expect(renewed.answer.results[0]?.statuses.map(({ jobId, reason }) => [jobId, reason])).toEqual(
      jobIds.map((id) => [id, ErrorReason.ALREADY_FINISHED]),
    );
    expect(renewed.reads).toBeLessThanOrEqual(10);
  });
});
