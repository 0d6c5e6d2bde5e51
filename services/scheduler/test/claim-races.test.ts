import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { AttemptState, Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anyKind, createSchedulerDatabase, item, startScheduler, type TestScheduler } from "./setup.js";

let database: TestDatabase;
let system: TestScheduler;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

describe("claims from many sides", () => {
  it("fifty claimers over two thousand jobs: each job exactly one attempt", async () => {
    const namespace = "claimers";
    for (let i = 0; i < 2; i++)
      await system.jobs.submitJobs({ namespace, items: Array.from({ length: 1_000 }, () => item()) });
    const claimed: string[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        for (;;) {
          const maxJobs = 1 + (n % 3);
          const { leases } = await system.dispatch.claimJobs({
            namespace,
            runnerId: `r${n}`,
            profile: anyKind,
            maxJobs,
          });
          if (leases.length === 0) return;
          for (const { jobId, attempt } of leases) {
            expect(attempt).toBe(1);
            claimed.push(jobId);
          }
          const reports = leases.map(({ jobId, attempt }) => ({
            namespace,
            attempt: { jobId, by: { case: "attempt" as const, value: attempt } },
            report: { case: "outcome" as const, value: { kind: Outcome_Kind.SUCCEEDED } },
          }));
          const { results } = await system.dispatch.reportAttempts({ reports });
          expect(results.every(({ reason }) => reason === ErrorReason.UNSPECIFIED)).toBe(true);
        }
      }),
    );
    expect(claimed).toHaveLength(2_000);
    expect(new Set(claimed).size).toBe(2_000);
    const { groups } = await system.jobs.aggregateJobs({ namespace, groupBy: [5] });
    expect(groups.map(({ key, count }) => [key[0], count])).toEqual([["SUCCEEDED", 2_000n]]);
  });

  it("by id: one of twenty wins", async () => {
    const namespace = "by-id";
    const { jobs } = await system.jobs.submitJobs({ namespace, items: [item()] });
    const jobId = jobs[0]?.jobId as string;
    const claims = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => system.dispatch.claimJobs({ namespace, runnerId: `r${n}`, jobId })),
    );
    expect(claims.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("never give a runner more than it may hold", async () => {
    const namespace = "held";
    await system.jobs.submitJobs({ namespace, items: Array.from({ length: 30 }, () => item()) });
    const claims = await Promise.all(
      Array.from({ length: 30 }, () =>
        system.dispatch.claimJobs({ namespace, runnerId: "r", profile: anyKind, maxHeld: 3 }),
      ),
    );
    expect(claims.flatMap(({ leases }) => leases)).toHaveLength(3);
  });

  it("never give it more while it waits in several calls", async () => {
    const namespace = "held-waiting";
    const wait = durationFromMs(3_000);
    const waiting = Promise.all(
      Array.from({ length: 10 }, () =>
        system.dispatch.claimJobs({ namespace, runnerId: "r", profile: anyKind, maxHeld: 3, wait }),
      ),
    );
    await Promise.all(Array.from({ length: 10 }, () => system.jobs.submitJobs({ namespace, items: [item()] })));
    expect((await waiting).flatMap(({ leases }) => leases)).toHaveLength(3);
  });
});

describe("lost leases", () => {
  it("a hundred forced races: the first attempt is refused in every call, the second one's result stands", async () => {
    const namespace = "lease-races";
    const policies = { lease: durationFromMs(1_000) };
    const { jobs } = await system.jobs.submitJobs({
      namespace,
      items: Array.from({ length: 100 }, () => item({ policies })),
    });
    const first = await system.dispatch.claimJobs({ namespace, runnerId: "a", profile: anyKind, maxJobs: 100 });
    expect(first.leases).toHaveLength(100);
    const second: string[] = [];
    while (second.length < 100) {
      const wait = durationFromMs(5_000);
      const { leases } = await system.dispatch.claimJobs({
        namespace,
        runnerId: "b",
        profile: anyKind,
        maxJobs: 100,
        wait,
        lease: durationFromMs(60_000),
      });
      second.push(...leases.map(({ jobId }) => jobId));
    }
    const report = (jobId: string, attempt: number, result: string) => ({
      namespace,
      attempt: { jobId, by: { case: "attempt" as const, value: attempt } },
      report: {
        case: "outcome" as const,
        value: { kind: Outcome_Kind.SUCCEEDED, result: { data: Buffer.from(result), contentType: "text/plain" } },
      },
    });
    const stale = system.dispatch.reportAttempts({ reports: second.map((id) => report(id, 1, "stale")) });
    const live = system.dispatch.reportAttempts({ reports: second.map((id) => report(id, 2, "live")) });
    expect((await stale).results.map(({ reason }) => reason)).toEqual(second.map(() => ErrorReason.LEASE_LOST));
    expect((await live).results.every(({ reason }) => reason === ErrorReason.UNSPECIFIED)).toBe(true);
    for (const { jobId } of jobs) {
      const { job } = await system.jobs.getJob({ namespace, by: { case: "jobId", value: jobId }, view: JobView.FULL });
      expect(Buffer.from(job?.lastAttempt?.outcome?.result?.data ?? []).toString()).toBe("live");
      expect(job?.attempts.map(({ state }) => state)).toEqual([AttemptState.LOST, AttemptState.SUCCEEDED]);
    }
  });

  it("a report and the loss at the same moment: one of them wins, never both", async () => {
    const namespace = "edge";
    const policies = { lease: durationFromMs(1_000), maxAttempts: 1 };
    const { jobs } = await system.jobs.submitJobs({
      namespace,
      items: Array.from({ length: 200 }, () => item({ policies })),
    });
    const claimedAt = performance.now();
    await system.dispatch.claimJobs({ namespace, runnerId: "a", profile: anyKind, maxJobs: 200 });
    const reasons: ErrorReason[] = [];
    for (const [i, { jobId }] of jobs.entries()) {
      // Spread over the moment at which the leases end.
      await eventually(() => expect(performance.now() - claimedAt).toBeGreaterThan(950 + i), { intervalMs: 1 });
      const attempt = { jobId, by: { case: "attempt" as const, value: 1 } };
      const report = { case: "outcome" as const, value: { kind: Outcome_Kind.SUCCEEDED } };
      const { results } = await system.dispatch.reportAttempts({ reports: [{ namespace, attempt, report }] });
      reasons.push(results[0]?.reason as ErrorReason);
    }
    const { groups } = await system.jobs.aggregateJobs({ namespace, groupBy: [5] });
    const counts = Object.fromEntries(groups.map(({ key, count }) => [key[0], Number(count)]));
    expect((counts["SUCCEEDED"] ?? 0) + (counts["FAILED"] ?? 0)).toBe(200);
    expect(reasons.filter((reason) => reason === ErrorReason.UNSPECIFIED)).toHaveLength(counts["SUCCEEDED"] ?? 0);
    expect(reasons.filter((reason) => reason === ErrorReason.LEASE_LOST)).toHaveLength(counts["FAILED"] ?? 0);
  });
});
