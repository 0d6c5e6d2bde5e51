import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { errorInfo } from "@switchyard/errors";
import { ConnectError } from "@connectrpc/connect";
import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFixture, type Fixture, newNamespace, ref, register } from "./fixture.js";
import { Why } from "./model/scheduler.js";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await createFixture();
});
afterAll(() => fixture.close());

/** A registered runner with one claimed job. */
async function setUp() {
  const namespace = newNamespace();
  await register(fixture, namespace, "r1");
  const job = fixture.scheduler.submit(namespace);
  const { lease } = await fixture.runners.claimJob({ namespace, runnerId: "r1" });
  expect(lease?.jobId).toBe(job.id);
  return { ...fixture, namespace, job, caller: { namespace, runnerId: "r1" } };
}

/** Reason and metadata of the error that a call ends with. */
async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof ConnectError ? errorInfo(error) : error;
}

const succeeded = { case: "outcome" as const, value: { kind: Outcome_Kind.SUCCEEDED } };

describe("reports", () => {
  it("go on with namespace and runner set, in their order, and are answered in it", async () => {
    const { runners, scheduler, caller, job, namespace } = await setUp();
    const { results } = await runners.reportAttempts({
      ...caller,
      reports: [
        { namespace: "other", runnerId: "other", attempt: ref(job.id), report: { case: "start", value: {} } },
        { attempt: ref(job.id), report: { case: "progress", value: { progress: { current: 1 } } } },
        { attempt: ref("no-such-job"), report: succeeded },
        { attempt: ref(job.id), report: succeeded },
      ],
    });
    expect(results.map(({ reason }) => ErrorReason[reason])).toEqual([
      "UNSPECIFIED",
      "UNSPECIFIED",
      "JOB_NOT_FOUND",
      "UNSPECIFIED",
    ]);
    const sent = scheduler.reports.filter((report) => report.namespace === namespace);
    expect(sent.map(({ runnerId, report }) => [runnerId, report.case])).toEqual([
      ["r1", "start"],
      ["r1", "progress"],
      ["r1", "outcome"],
      ["r1", "outcome"],
    ]);
  });

  it("of many runners share calls", async () => {
    const { runners, scheduler, caller, job } = await setUp();
    const before = scheduler.calls.reportAttempts;
    const report = { attempt: ref(job.id), report: { case: "start" as const, value: {} } };
    await Promise.all(Array.from({ length: 200 }, () => runners.reportAttempts({ ...caller, reports: [report] })));
    expect(scheduler.calls.reportAttempts - before).toBeLessThan(20);
  });

  it("that end an attempt seal its streams at the named lengths before they are answered", async () => {
    const { runners, logStore, caller, job } = await setUp();
    const outcome = { kind: Outcome_Kind.SUCCEEDED, streams: [{ stream: "stdout", length: 7n }] };
    await runners.reportAttempts({
      ...caller,
      reports: [{ attempt: ref(job.id), report: { case: "outcome", value: outcome } }],
    });
    expect(logStore.sealed).toContain(`${job.id}#1`);
    expect(logStore.streams.get(`${job.id}#1/stdout`)?.sealedAt).toBe(7n);
  });

  it("are answered although the log store is away, and the seal follows", async () => {
    const { runners, logStore, caller, job } = await setUp();
    logStore.isAway = true;
    const { results } = await runners.reportAttempts({
      ...caller,
      reports: [{ attempt: ref(job.id), report: succeeded }],
    });
    expect(results.map(({ reason }) => reason)).toEqual([ErrorReason.UNSPECIFIED]);
    expect(logStore.sealed).not.toContain(`${job.id}#1`);
    logStore.isAway = false;
    await eventually(() => expect(logStore.sealed).toContain(`${job.id}#1`));
  });

  it("of a stale attempt are refused with LEASE_LOST and change nothing", async () => {
    const { runners, scheduler, logStore, caller, job } = await setUp();
    scheduler.take(job, Why.LEASE_LOST);
    scheduler.jobs.grant(job, "r2");
    const { results } = await runners.reportAttempts({
      ...caller,
      reports: [{ attempt: ref(job.id), report: succeeded }],
    });
    expect(results.map(({ reason }) => ErrorReason[reason])).toEqual(["LEASE_LOST"]);
    expect(job.holder).toBe("r2");
    expect(logStore.sealed).not.toContain(`${job.id}#1`);
  });
});

describe("the calls of the simplest runners", () => {
  it("complete, by number or as holder, and say when it is a repetition", async () => {
    const { runners, fleet, caller, job } = await setUp();
    const done = await runners.completeJob({
      ...caller,
      attempt: { jobId: job.id, by: { case: "holder", value: "r1" } },
    });
    expect([done.job?.id, done.repeatedReport]).toEqual([job.id, false]);
    const again = await runners.completeJob({ ...caller, attempt: ref(job.id) });
    expect(again.repeatedReport).toBe(true);
    const failed = runners.failJob({ ...caller, attempt: ref(job.id) });
    expect(await refusal(failed)).toMatchObject({ reason: "ALREADY_FINISHED", metadata: { outcome: "SUCCEEDED" } });
    const { runner } = await fleet.getRunner(caller);
    expect([runner?.completedCount, runner?.failedCount]).toEqual([1n, 0n]);
  });

  it("fail and count it", async () => {
    const { runners, fleet, caller, job } = await setUp();
    const { job: after, requeued } = await runners.failJob({ ...caller, attempt: ref(job.id) });
    expect([after?.id, requeued]).toEqual([job.id, false]);
    expect((await fleet.getRunner(caller)).runner?.failedCount).toBe(1n);
  });

  it("are counted on every replica by the time they are answered", async () => {
    const { runners, scheduler, caller, job, namespace, addGateway } = await setUp();
    const { fleet } = await addGateway();
    await runners.completeJob({ ...caller, attempt: ref(job.id) });
    expect((await fleet.getRunner(caller)).runner?.completedCount).toBe(1n);
    // Less than a second after the last shared write.
    const next = scheduler.submit(namespace);
    await runners.claimJob(caller);
    await runners.failJob({ ...caller, attempt: ref(next.id) });
    expect((await fleet.getRunner(caller)).runner?.failedCount).toBe(1n);
  });

  it("release, and count nothing", async () => {
    const { runners, fleet, caller, job } = await setUp();
    await runners.releaseJob({ ...caller, attempt: ref(job.id), message: "no", toFront: true });
    expect([job.holder, job.isOver]).toEqual([undefined, false]);
    const { runner } = await fleet.getRunner(caller);
    expect([runner?.completedCount, runner?.failedCount]).toEqual([0n, 0n]);
  });

  it("may come from a runner that is not registered", async () => {
    const namespace = newNamespace();
    const job = fixture.scheduler.submit(namespace);
    fixture.scheduler.jobs.grant(job, "stranger");
    await fixture.runners.completeJob({ namespace, attempt: ref(job.id) });
    expect(job.isOver).toBe(true);
  });
});

describe("logs", () => {
  const line = (text: string) => ({
    stream: "stdout",
    content: { case: "text" as const, value: { lines: Buffer.from(text) } },
  });

  it("are appended under the attempt that the runner holds", async () => {
    const { runners, logStore, caller, job } = await setUp();
    const { results } = await runners.appendLog({
      ...caller,
      appends: [
        { attempt: ref(job.id), append: line("a\n") },
        { attempt: { jobId: job.id, by: { case: "holder", value: "r1" } }, append: line("b\n") },
      ],
    });
    expect(results.map(({ attempt, nextSequence }) => [attempt, nextSequence])).toEqual([
      [1, 1n],
      [1, 2n],
    ]);
    expect(logStore.streams.get(`${job.id}#1/stdout`)?.texts).toEqual(["a\n", "b\n"]);
  });

  it("of a stale attempt are refused before a byte is stored, the others of the batch are not", async () => {
    const { runners, scheduler, logStore, caller, job, namespace } = await setUp();
    const live = scheduler.submit(namespace);
    await runners.claimJob(caller);
    scheduler.take(job, Why.LEASE_LOST);
    scheduler.jobs.grant(job, "r2");
    const { results } = await runners.appendLog({
      ...caller,
      appends: [
        { attempt: ref(job.id), append: line("late\n") },
        { attempt: ref(live.id), append: line("in time\n") },
      ],
    });
    expect(results.map(({ reason }) => ErrorReason[reason])).toEqual(["LEASE_LOST", "UNSPECIFIED"]);
    expect(logStore.streams.has(`${job.id}#1/stdout`)).toBe(false);
    expect(logStore.streams.get(`${live.id}#1/stdout`)?.texts).toEqual(["in time\n"]);
  });

  it("of one who never held it are refused", async () => {
    const { runners, logStore, job, namespace } = await setUp();
    const before = logStore.journal.length;
    const { results } = await runners.appendLog({
      namespace,
      runnerId: "r2",
      appends: [{ attempt: ref(job.id), append: line("x\n") }],
    });
    expect(results.map(({ reason }) => ErrorReason[reason])).toEqual(["NOT_HOLDER"]);
    expect(logStore.journal.length).toBe(before);
  });

  it("tell of a cancel that is asked for", async () => {
    const { runners, caller, job } = await setUp();
    job.cancelRequested = true;
    const { results } = await runners.appendLog({
      ...caller,
      appends: [{ attempt: ref(job.id), append: line("x\n") }],
    });
    expect(results.map(({ cancelRequested }) => cancelRequested)).toEqual([true]);
  });

  it("are replaced, with the same fence", async () => {
    const { runners, scheduler, logStore, caller, job } = await setUp();
    const request = { ...caller, attempt: ref(job.id), stream: "console", text: "all" };
    expect((await runners.replaceLogText(request)).reset).toBe(true);
    scheduler.take(job, Why.LEASE_LOST);
    expect(await refusal(runners.replaceLogText({ ...request, text: "late" }))).toMatchObject({ reason: "LEASE_LOST" });
    expect(logStore.streams.get(`${job.id}#1/console`)?.texts).toEqual(["all"]);
  });
});

describe("claims", () => {
  it("need a registered runner, and the scheduler is not asked before", async () => {
    const before = fixture.scheduler.calls.claimJobs;
    const call = fixture.runners.claimJob({ namespace: newNamespace(), runnerId: "nobody" });
    expect(await refusal(call)).toMatchObject({ reason: "RUNNER_NOT_FOUND" });
    expect(fixture.scheduler.calls.claimJobs).toBe(before);
  });

  it("never exceed the slots, however many come at once", async () => {
    const namespace = newNamespace();
    await register(fixture, namespace, "r1", { slots: 1 });
    for (let i = 0; i < 20; i++) fixture.scheduler.submit(namespace);
    const claims = Array.from({ length: 20 }, () => fixture.runners.claimJob({ namespace, runnerId: "r1" }));
    const leases = (await Promise.all(claims)).filter(({ lease }) => lease !== undefined);
    expect(leases).toHaveLength(1);
  });

  it("wait for a job, and answer with none when there is none", async () => {
    const namespace = newNamespace();
    await register(fixture, namespace, "r1");
    const caller = { namespace, runnerId: "r1" };
    expect((await fixture.runners.claimJob(caller)).lease).toBeUndefined();
    const waiting = fixture.runners.claimJob({ ...caller, wait: { seconds: 5n } });
    const job = fixture.scheduler.submit(namespace);
    expect((await waiting).lease?.jobId).toBe(job.id);
  });

  it("by id tell apart what is not there and what cannot be had", async () => {
    const { runners, caller, job } = await setUp();
    expect(await refusal(runners.claimJob({ ...caller, jobId: job.id }))).toMatchObject({ reason: "NOT_CLAIMABLE" });
    expect(await refusal(runners.claimJob({ ...caller, jobId: "x" }))).toMatchObject({ reason: "JOB_NOT_FOUND" });
  });

  it("give nothing to a runner that said on another replica that it is busy", async () => {
    const { namespace, runners } = { ...fixture, namespace: newNamespace() };
    await register(fixture, namespace, "r1");
    const other = await fixture.addGateway();
    await other.runners.heartbeat({ namespace, runnerId: "r1", mode: 2 });
    fixture.scheduler.submit(namespace);
    expect((await runners.claimJob({ namespace, runnerId: "r1" })).lease).toBeUndefined();
  });

  it("are given back when the claimer has gone", async () => {
    const namespace = newNamespace();
    await register(fixture, namespace, "r1");
    const gone = new AbortController();
    const before = fixture.scheduler.calls.claimJobs;
    const call = fixture.runners.claimJob(
      { namespace, runnerId: "r1", wait: { seconds: 5n } },
      { signal: gone.signal },
    );
    await eventually(() => expect(fixture.scheduler.calls.claimJobs).toBeGreaterThan(before));
    gone.abort();
    await expect(call).rejects.toThrow();
    const job = fixture.scheduler.submit(namespace);
    await eventually(() => expect(job.attempts[0]?.end).toBe(Outcome_Kind.RELEASED));
    expect(job.isOver).toBe(false);
  });
});

describe("heartbeats", () => {
  it("renew presence, show what is held, and name what is not", async () => {
    const { runners, scheduler, caller, job, namespace } = await setUp();
    const { runner, revoked, time } = await runners.heartbeat({
      ...caller,
      runningJobIds: [job.id, "unknown"],
      version: "1.2",
      hostname: "h",
    });
    expect(runner?.held.map(({ jobId }) => jobId)).toEqual([job.id]);
    expect([runner?.version, runner?.hostname, runner?.state]).toEqual(["1.2", "h", 2]);
    expect(revoked.map(({ jobId, reason }) => [jobId, reason])).toEqual([["unknown", Why.NOT_HELD]]);
    expect(time).toBeDefined();
    expect(scheduler.presence.get(`${namespace}/r1`)).toBe(60_000);
  });

  it("tell what was taken, and count a loss once", async () => {
    const { runners, scheduler, fleet, caller, job } = await setUp();
    scheduler.take(job, Why.LEASE_LOST);
    for (let i = 0; i < 3; i++) {
      const { revoked } = await runners.heartbeat({ ...caller, runningJobIds: [job.id] });
      expect(revoked.map(({ jobId, reason }) => [jobId, reason])).toEqual([[job.id, Why.LEASE_LOST]]);
    }
    expect((await fleet.getRunner(caller)).runner?.lostCount).toBe(1n);
  });

  it("of a runner that leaves release everything and end its presence", async () => {
    const { runners, scheduler, caller, job } = await setUp();
    const { runner, revoked } = await runners.heartbeat({ ...caller, mode: 3 });
    expect([runner?.state, runner?.held]).toEqual([3, []]);
    expect(revoked.map(({ reason }) => reason)).toEqual([Why.RELEASED]);
    expect(job.holder).toBeUndefined();
    expect(scheduler.presence.has(`${caller.namespace}/r1`)).toBe(false);
    expect((await runners.heartbeat({ ...caller, mode: 1 })).runner?.state).toBe(1);
  });
});
