import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { reasonOf } from "@switchyard/errors";
import { AttemptState, Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { EndReason, JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { CancelMode, SubmittedJob_Disposition } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { HoldMode } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { eventually, repeatAfterStalls, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anyKind, createSchedulerDatabase, item, startScheduler, type TestScheduler } from "./setup.js";

let database: TestDatabase;
let it1: TestScheduler;
let counter = 0;
const fresh = () => `ns-${++counter}`;
/** For what goes by the clock in seconds, which a machine may stand still for. */
const patient = { timeout: 120_000 };

beforeAll(async () => {
  database = await createSchedulerDatabase();
  it1 = await startScheduler(database);
});
afterAll(async () => {
  await it1.stop();
  await database.drop();
});

const text = (value: string) => ({ data: Buffer.from(value), contentType: "text/plain" });

async function submitOne(namespace: string, spec: Parameters<typeof item>[0] = {}): Promise<string> {
  const { jobs } = await it1.jobs.submitJobs({ namespace, items: [item(spec)] });
  return jobs[0]?.jobId as string;
}

async function claimOne(namespace: string, runnerId = "runner-1") {
  const { leases } = await it1.dispatch.claimJobs({ namespace, runnerId, profile: anyKind });
  return leases[0];
}

function report(namespace: string, jobId: string, attempt: number, kind: Outcome_Kind, more: object = {}) {
  const outcome = { kind, ...more };
  return it1.dispatch.reportAttempts({
    reports: [
      {
        namespace,
        attempt: { jobId, by: { case: "attempt", value: attempt } },
        report: { case: "outcome", value: outcome },
      },
    ],
  });
}

describe("a job's life", () => {
  it("goes from submit over claim, start and progress to its result", async () => {
    const namespace = fresh();
    const jobId = await submitOne(namespace, { subject: "x", labels: { a: "b" }, input: text("in") });
    const queued = await it1.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } });
    expect(queued.job).toMatchObject({ state: JobState.QUEUED, serial: 1n, attemptCount: 0 });

    const lease = await claimOne(namespace);
    expect(lease).toMatchObject({ jobId, attempt: 1, kind: "test.work", subject: "x", labels: { a: "b" } });
    expect(Buffer.from(lease?.input?.data ?? []).toString()).toBe("in");

    const progress = { progress: { current: 1, total: 2, message: "half" } };
    const ref = { jobId, by: { case: "attempt" as const, value: 1 } };
    await it1.dispatch.reportAttempts({
      reports: [{ namespace, attempt: ref, report: { case: "progress", value: progress } }],
    });
    const running = await it1.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } });
    expect(running.job?.state).toBe(JobState.RUNNING);
    expect(running.job?.lastAttempt).toMatchObject({
      state: AttemptState.STARTED,
      progress: { current: 1, message: "half" },
    });

    const done = await report(namespace, jobId, 1, Outcome_Kind.SUCCEEDED, {
      result: text("out"),
      metrics: { x: 1.5 },
    });
    expect(done.results[0]?.reason).toBe(ErrorReason.UNSPECIFIED);
    const { job } = await it1.jobs.getJob({ namespace, by: { case: "jobId", value: jobId }, view: JobView.FULL });
    expect(job).toMatchObject({ state: JobState.SUCCEEDED, endReason: EndReason.REPORTED, attemptCount: 1 });
    expect(Buffer.from(job?.attempts[0]?.outcome?.result?.data ?? []).toString()).toBe("out");
    expect(job?.attempts[0]?.outcome?.metrics).toEqual({ x: 1.5 });
    expect(job?.attempts[0]?.progress?.message).toBe("half");
  });

  it("hands out by class, then rank, then order of submission", async () => {
    const namespace = fresh();
    const orders = [
      [0, 5],
      [0, 1],
      [-1, 9],
      [0, 1],
    ] as const;
    for (const [rankClass, rank] of orders)
      await submitOne(namespace, { order: { rankClass, rankBy: { case: "rank", value: rank } } });
    const { leases } = await it1.dispatch.claimJobs({ namespace, runnerId: "r", profile: anyKind, maxJobs: 10 });
    expect(leases.map(({ serial }) => Number(serial))).toEqual([3, 2, 4, 1]);
  });

  it("gives work only to runners that fit: kinds, labels, queues", async () => {
    const namespace = fresh();
    await submitOne(namespace, { kind: "a.b", requiredLabels: { gpu: "", zone: "eu" }, queue: "q1" });
    const claim = (profile: object) => it1.dispatch.claimJobs({ namespace, runnerId: "r", profile });
    const kinds = [{ by: { case: "glob", value: "a.*" } }];
    expect((await claim({ kinds, labels: { zone: "eu" } })).leases).toHaveLength(0);
    expect((await claim({ kinds, labels: { gpu: "1", zone: "us" } })).leases).toHaveLength(0);
    expect((await claim({ kinds, labels: { gpu: "1", zone: "eu" }, queues: ["q2"] })).leases).toHaveLength(0);
    expect(
      (await claim({ kinds: [{ by: { case: "exact", value: "a" } }], labels: { gpu: "1", zone: "eu" } })).leases,
    ).toHaveLength(0);
    expect((await claim({ kinds, labels: { gpu: "1", zone: "eu" }, queues: ["q1"] })).leases).toHaveLength(1);
  });

  it("keeps a job with a start time back until then", patient, () =>
    repeatAfterStalls(async () => {
      const namespace = fresh();
      const startTime = { seconds: BigInt(Math.floor(Date.now() / 1_000) + 2), nanos: 0 };
      const jobId = await submitOne(namespace, { startTime });
      const { job } = await it1.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } });
      expect(job?.state).toBe(JobState.SCHEDULED);
      expect(await claimOne(namespace)).toBeUndefined();
      const { leases } = await it1.dispatch.claimJobs({
        namespace,
        runnerId: "r",
        profile: anyKind,
        wait: durationFromMs(5_000),
      });
      expect(leases[0]?.jobId).toBe(jobId);
      expect(Date.now() / 1_000).toBeGreaterThanOrEqual(Number(startTime.seconds));
    }),
  );

  it("wakes a waiting claim when a job comes", async () => {
    const namespace = fresh();
    const waiting = it1.dispatch.claimJobs({
      namespace,
      runnerId: "r",
      profile: anyKind,
      wait: durationFromMs(10_000),
    });
    const jobId = await submitOne(namespace);
    expect((await waiting).leases[0]?.jobId).toBe(jobId);
  });
});

describe("repeats", () => {
  it("of a submit with the same request id return the same jobs, and other content is refused", async () => {
    const namespace = fresh();
    const request = { namespace, requestId: "call-1", items: [item(), item()] };
    const answers = await Promise.all([1, 2, 3].map(() => it1.jobs.submitJobs(request)));
    const ids = answers.map(({ jobs }) => jobs.map(({ jobId }) => jobId).join());
    expect(new Set(ids).size).toBe(1);
    expect(
      answers.flatMap(({ jobs }) => jobs).filter(({ disposition }) => disposition === SubmittedJob_Disposition.CREATED),
    ).toHaveLength(2);
    await expect(it1.jobs.submitJobs({ ...request, items: [item()] })).rejects.toSatisfy(
      (e) => reasonOf(e) === "REQUEST_ID_REUSED",
    );
    expect((await it1.jobs.listJobs({ namespace, wantTotal: true })).total).toBe(2n);
  });

  it("of an outcome change nothing; another kind is refused", async () => {
    const namespace = fresh();
    const jobId = await submitOne(namespace);
    await claimOne(namespace);
    await report(namespace, jobId, 1, Outcome_Kind.SUCCEEDED, { result: text("first") });
    const again = await report(namespace, jobId, 1, Outcome_Kind.SUCCEEDED, { result: text("second") });
    expect(again.results[0]).toMatchObject({ reason: ErrorReason.UNSPECIFIED, repeatedReport: true });
    const other = await report(namespace, jobId, 1, Outcome_Kind.FAILED);
    expect(other.results[0]?.reason).toBe(ErrorReason.ALREADY_FINISHED);
    const { job } = await it1.jobs.getJob({ namespace, by: { case: "jobId", value: jobId }, view: JobView.FULL });
    expect(Buffer.from(job?.lastAttempt?.outcome?.result?.data ?? []).toString()).toBe("first");
  });
});

describe("reports at the same moment", () => {
  it("of one attempt: one is taken, the others are told so", async () => {
    const namespace = fresh();
    const jobId = await submitOne(namespace);
    await claimOne(namespace);
    const outcomes = [Outcome_Kind.SUCCEEDED, Outcome_Kind.SUCCEEDED, Outcome_Kind.FAILED];
    const answers = await Promise.all(outcomes.map((kind) => report(namespace, jobId, 1, kind)));
    expect(answers.map(({ results }) => results[0])).toMatchObject([
      { reason: ErrorReason.UNSPECIFIED, repeatedReport: false },
      { reason: ErrorReason.UNSPECIFIED, repeatedReport: true },
      { reason: ErrorReason.ALREADY_FINISHED },
    ]);
    const { job } = await it1.jobs.getJob({ namespace, by: { case: "jobId", value: jobId }, view: JobView.FULL });
    expect(job?.attempts.map(({ state }) => state)).toEqual([AttemptState.SUCCEEDED]);
  });
});

describe("lost leases", () => {
  const lease = durationFromMs(1_000);

  it("requeue the job as attempt 2, and attempt 1 can do nothing more", async () => {
    const namespace = fresh();
    const jobId = await submitOne(namespace, { policies: { lease } });
    expect((await claimOne(namespace, "a"))?.attempt).toBe(1);
    const { leases } = await it1.dispatch.claimJobs({
      namespace,
      runnerId: "b",
      profile: anyKind,
      wait: durationFromMs(10_000),
      // What the second one does is not to depend on how long it takes.
      lease: durationFromMs(60_000),
    });
    expect(leases[0]).toMatchObject({ jobId, attempt: 2 });
    for (const kind of [Outcome_Kind.SUCCEEDED, Outcome_Kind.FAILED, Outcome_Kind.RELEASED]) {
      expect((await report(namespace, jobId, 1, kind)).results[0]?.reason).toBe(ErrorReason.LEASE_LOST);
    }
    const renewal = {
      namespace,
      runnerId: "a",
      attempts: [{ jobId, by: { case: "attempt" as const, value: 1 } }],
      wantRevoked: true,
    };
    const { results } = await it1.dispatch.renewLeases({ renewals: [renewal] });
    expect(results[0]?.statuses[0]?.reason).toBe(ErrorReason.LEASE_LOST);
    expect(results[0]?.revoked.map(({ attempt }) => attempt)).toEqual([1]);
    expect((await report(namespace, jobId, 2, Outcome_Kind.SUCCEEDED)).results[0]?.reason).toBe(
      ErrorReason.UNSPECIFIED,
    );
    const { job } = await it1.jobs.getJob({ namespace, by: { case: "jobId", value: jobId }, view: JobView.FULL });
    expect(job?.attempts.map(({ state }) => state)).toEqual([AttemptState.LOST, AttemptState.SUCCEEDED]);
  });

  it("end the job when the budget is used up", async () => {
    const namespace = fresh();
    const jobId = await submitOne(namespace, { policies: { lease, maxAttempts: 1 } });
    await claimOne(namespace);
    await eventually(async () => {
      const { job } = await it1.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } });
      expect(job).toMatchObject({ state: JobState.FAILED, endReason: EndReason.LEASE_LOST });
    });
  });

  it("do not happen while they are renewed", patient, () =>
    repeatAfterStalls(async () => {
      const namespace = fresh();
      const jobId = await submitOne(namespace, { policies: { lease } });
      await claimOne(namespace, "a");
      const attempts = [{ jobId, by: { case: "attempt" as const, value: 1 } }];
      const until = Date.now() + 2_500;
      while (Date.now() < until) {
        const { results } = await it1.dispatch.renewLeases({ renewals: [{ namespace, runnerId: "a", attempts }] });
        expect(results[0]?.statuses[0]?.reason).toBe(ErrorReason.UNSPECIFIED);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }),
  );

  it("of a runner's presence take what hangs on it", patient, () =>
    repeatAfterStalls(async () => {
      const namespace = fresh();
      const jobId = await submitOne(namespace, { policies: { hold: HoldMode.RUNNER } });
      await it1.dispatch.renewLeases({ renewals: [{ namespace, runnerId: "a", presence: durationFromMs(1_000) }] });
      await claimOne(namespace, "a");
      const { leases } = await it1.dispatch.claimJobs({
        namespace,
        runnerId: "b",
        profile: anyKind,
        wait: durationFromMs(10_000),
      });
      expect(leases[0]).toMatchObject({ jobId, attempt: 2 });
    }),
  );

  it("are given at once by a runner that leaves, uncounted", async () => {
    const namespace = fresh();
    const jobId = await submitOne(namespace, { policies: { maxAttempts: 1 } });
    await claimOne(namespace, "a");
    await it1.dispatch.renewLeases({ renewals: [{ namespace, runnerId: "a", leave: true }] });
    expect(await claimOne(namespace, "b")).toMatchObject({ jobId, attempt: 2 });
  });

  it("by the execution limit end the job", async () => {
    const namespace = fresh();
    const jobId = await submitOne(namespace, { policies: { executionTimeout: durationFromMs(300) } });
    await claimOne(namespace);
    await eventually(async () => {
      const { job } = await it1.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } });
      expect(job).toMatchObject({ state: JobState.TIMED_OUT, endReason: EndReason.EXECUTION_TIMEOUT });
    });
    expect((await report(namespace, jobId, 1, Outcome_Kind.SUCCEEDED)).results[0]?.reason).toBe(ErrorReason.LEASE_LOST);
  });
});

describe("failures", () => {
  it("are tried again while they may, and end the job then", async () => {
    const namespace = fresh();
    const jobId = await submitOne(namespace, { policies: { maxAttempts: 2 } });
    await claimOne(namespace);
    expect(
      (await report(namespace, jobId, 1, Outcome_Kind.FAILED, { retryable: true, message: "one" })).results[0]
        ?.requeued,
    ).toBe(true);
    expect((await claimOne(namespace))?.attempt).toBe(2);
    expect(
      (await report(namespace, jobId, 2, Outcome_Kind.FAILED, { retryable: true, message: "two" })).results[0]
        ?.requeued,
    ).toBe(false);
    const { job } = await it1.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } });
    expect(job).toMatchObject({ state: JobState.FAILED, endMessage: "two" });
  });
});

describe("a gateway's session", () => {
  it("that the owner does not know is refused, since its credit would be granted again; it may still be closed", async () => {
    const namespace = fresh();
    await submitOne(namespace);
    const demands = [{ namespace, runnerId: "r", profile: anyKind, credit: 1n }];
    const sync = (revision: bigint, more: object) =>
      it1.dispatch.syncCapacity({ sessionId: `s-${namespace}`, revision, full: true, ...more });
    await expect(sync(7n, { demands })).rejects.toSatisfy((error) => reasonOf(error) === "SHARD_LOST");
    expect((await sync(8n, { demands: [] })).leases).toHaveLength(0);
    expect((await claimOne(namespace))?.attempt).toBe(1);
  });

  it("is told of a lease that was over before it could be delivered, until it has received that", async () => {
    const namespace = fresh();
    const demands = [{ namespace, runnerId: "r", profile: anyKind, credit: 1n }];
    const sync = (revision: bigint, more: object) =>
      it1.dispatch.syncCapacity({ sessionId: `s-${namespace}`, revision, ...more });
    await sync(1n, { demands, full: true });
    const jobId = await submitOne(namespace, { policies: { lease: durationFromMs(1_000) } });
    const job = async () => (await it1.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } })).job;
    await eventually(async () => expect(await job()).toMatchObject({ state: JobState.QUEUED, attemptCount: 1 }));
    const first = await sync(2n, {});
    expect(first).toMatchObject({ leases: [], lapsed: [{ namespace, runnerId: "r", jobId, attempt: 1 }] });
    expect((await sync(3n, {})).lapsed).toEqual(first.lapsed);
    const { leases } = await sync(4n, {
      demands: [{ namespace, runnerId: "r", credit: 2n }],
      receivedDelivery: first.delivery + 1n,
      hold: durationFromMs(5_000),
    });
    expect(leases).toMatchObject([{ jobId, attempt: 2 }]);
  });

  it("takes no word of a request that a newer one overtook, nor of one that comes a second time", async () => {
    const namespace = fresh();
    const demand = (credit: bigint) => ({ namespace, runnerId: "r", profile: anyKind, credit });
    const sync = (revision: bigint, more: object) =>
      it1.dispatch.syncCapacity({ sessionId: `s-${namespace}`, revision, ...more });
    const first = { demands: [demand(1n)], full: true };
    await sync(1n, first);
    await sync(3n, { demands: [demand(2n)] });
    // Each of these would lower what the runner asked for last, or take it away.
    await sync(2n, { demands: [demand(0n)] });
    await sync(1n, first);
    await submitOne(namespace);
    await submitOne(namespace);
    const { leases } = await sync(4n, { hold: durationFromMs(5_000) });
    const { leases: more } = leases.length < 2 ? await sync(5n, { hold: durationFromMs(5_000) }) : { leases: [] };
    expect(new Set([...leases, ...more].map(({ jobId }) => jobId)).size).toBe(2);
    await sync(7n, { demands: [], full: true });
    await sync(6n, { demands: [demand(9n)] });
    await submitOne(namespace);
    expect((await claimOne(namespace))?.attempt).toBe(1);
  });
});

describe("cancel", () => {
  it("ends a waiting job at once, and only once", async () => {
    const namespace = fresh();
    const jobId = await submitOne(namespace);
    const first = await it1.jobs.cancelJobs({ namespace, jobIds: [jobId], actor: "me", message: "no need" });
    expect(first.results[0]).toMatchObject({ reason: ErrorReason.UNSPECIFIED, previousState: JobState.QUEUED });
    expect(first.results[0]?.job).toMatchObject({ state: JobState.CANCELLED, endActor: "me", endMessage: "no need" });
    const second = await it1.jobs.cancelJobs({ namespace, jobIds: [jobId] });
    expect(second.results[0]?.reason).toBe(ErrorReason.WRONG_STATE);
    expect(await claimOne(namespace)).toBeUndefined();
  });

  it("immediate: revokes the attempt of a running one", async () => {
    const namespace = fresh();
    const jobId = await submitOne(namespace);
    await claimOne(namespace);
    const { results } = await it1.jobs.cancelJobs({ namespace, jobIds: [jobId], mode: CancelMode.IMMEDIATE });
    expect(results[0]?.job?.state).toBe(JobState.CANCELLED);
    expect((await report(namespace, jobId, 1, Outcome_Kind.SUCCEEDED)).results[0]?.reason).toBe(ErrorReason.LEASE_LOST);
  });

  it("confirmed: waits for the runner's word", async () => {
    const namespace = fresh();
    const jobId = await submitOne(namespace);
    await claimOne(namespace, "a");
    const { results } = await it1.jobs.cancelJobs({ namespace, jobIds: [jobId] });
    expect(results[0]?.job).toMatchObject({ state: JobState.RUNNING, cancelRequested: true });
    const attempts = [{ jobId, by: { case: "attempt" as const, value: 1 } }];
    const renewed = await it1.dispatch.renewLeases({ renewals: [{ namespace, runnerId: "a", attempts }] });
    expect(renewed.results[0]?.statuses[0]?.cancelRequested).toBe(true);
    await report(namespace, jobId, 1, Outcome_Kind.CANCELLED);
    const { job } = await it1.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } });
    expect(job?.state).toBe(JobState.CANCELLED);
  });
});

describe("watching", () => {
  it("replays from a number and follows, in order, until the job is final", async () => {
    const namespace = fresh();
    const jobId = await submitOne(namespace);
    const types: JobEventType[] = [];
    const watch = (async () => {
      for await (const { events } of it1.jobs.watchJobs({
        namespace,
        jobIds: [jobId],
        afterSequence: 0n,
        untilFinal: true,
      })) {
        types.push(...events.map(({ type }) => type));
      }
    })();
    await claimOne(namespace);
    await report(namespace, jobId, 1, Outcome_Kind.SUCCEEDED);
    await watch;
    const { SUBMITTED, CLAIMED, ENDED } = JobEventType;
    expect(types).toEqual([SUBMITTED, CLAIMED, ENDED]);
    const again: JobEventType[] = [];
    for await (const { events } of it1.jobs.watchJobs({
      namespace,
      jobIds: [jobId],
      afterSequence: 0n,
      untilFinal: true,
    })) {
      again.push(...events.map(({ type }) => type));
    }
    expect(again).toEqual(types);
  });
});

describe("a restart", () => {
  it("keeps everything that was acknowledged", async () => {
    const own = await createSchedulerDatabase();
    let system = await startScheduler(own);
    const namespace = "default";
    const { jobs } = await system.jobs.submitJobs({ namespace, items: [item(), item({ kind: "other" }), item()] });
    const profile = { kinds: [{ by: { case: "exact" as const, value: "test.work" } }] };
    const first = await system.dispatch.claimJobs({ namespace, runnerId: "a", profile });
    expect(first.leases[0]?.jobId).toBe(jobs[0]?.jobId);
    system = await system.restart();
    const jobId = jobs[0]?.jobId as string;
    const outcome = { case: "outcome" as const, value: { kind: Outcome_Kind.SUCCEEDED } };
    const ref = { jobId, by: { case: "attempt" as const, value: 1 } };
    const { results } = await system.dispatch.reportAttempts({
      reports: [{ namespace, attempt: ref, report: outcome }],
    });
    expect(results[0]?.reason).toBe(ErrorReason.UNSPECIFIED);
    const rest = await system.dispatch.claimJobs({ namespace, runnerId: "a", profile: anyKind, maxJobs: 10 });
    expect(rest.leases.map((lease) => lease.jobId)).toEqual([jobs[1]?.jobId, jobs[2]?.jobId]);
    const more = await system.jobs.submitJobs({ namespace, items: [item()] });
    expect(more.jobs[0]?.serial).toBe(4n);
    await system.stop();
    await own.drop();
  });
});
