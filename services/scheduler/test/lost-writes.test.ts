import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { reasonOf } from "@switchyard/errors";
import { createPool, type Pool } from "@switchyard/postgres";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { SubmittedJob_Disposition } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  anyKind,
  createSchedulerDatabase,
  cutConnections,
  item,
  repeating,
  standbys,
  startScheduler,
  type TestScheduler,
} from "./setup.js";

let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
  pool = createPool({ url: database.url, applicationName: "lost-writes-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

describe("lanes that are cut under load", () => {
  it("lose nothing that was acknowledged and make nothing twice", async () => {
    const namespace = "cuts";
    let working = true;
    const cuts = (async () => {
      for (let i = 0; i < 10; i++) {
        await new Promise((resolve) => setTimeout(resolve, 150));
        await cutConnections(pool);
      }
      working = false;
    })();
    const acknowledged = new Set<string>();
    const finished = new Map<string, number>();
    let calls = 0;
    const submitter = async () => {
      while (working) {
        const requestId = `call-${++calls}`;
        const { jobs } = await repeating(() =>
          system.jobs.submitJobs({ namespace, requestId, items: [item(), item()] }),
        );
        for (const { jobId } of jobs) acknowledged.add(jobId);
      }
    };
    const wait = durationFromMs(100);
    const runner = async (runnerId: string) => {
      for (;;) {
        const { leases } = await repeating(() =>
          system.dispatch.claimJobs({ namespace, runnerId, profile: anyKind, maxJobs: 5, wait }),
        );
        if (leases.length === 0 && !working) return;
        for (const { jobId, attempt: value } of leases) {
          const report = { case: "outcome" as const, value: { kind: Outcome_Kind.SUCCEEDED } };
          const attempt = { jobId, by: { case: "attempt" as const, value } };
          const { results } = await repeating(() =>
            system.dispatch.reportAttempts({ reports: [{ namespace, attempt, report }] }),
          );
          expect(results[0]?.reason).toBe(0);
          finished.set(jobId, (finished.get(jobId) ?? 0) + 1);
        }
      }
    };
    await Promise.all([cuts, ...Array.from({ length: 4 }, submitter), runner("a"), runner("b")]);

    // What is stored is exactly what was asked for: each call once, with its two jobs.
    const { rows } = await pool.query<{ n: number; outcomes: number; open: number; leases: number }>(
      `select (select count(*) from scheduler.jobs) as n, (select count(*) from scheduler.outcomes where final) as outcomes,
              (select count(*) from scheduler.open) as open, (select count(*) from scheduler.leases) as leases`,
    );
    const counts = rows[0] as { n: number; outcomes: number; open: number; leases: number };
    expect(acknowledged.size).toBe(calls * 2);
    expect(counts.n).toBe(calls * 2);
    expect(counts.outcomes + counts.open).toBe(counts.n);
    // An answer to a claim may have been lost with a lane: such a job is still leased, not lost.
    expect(counts.open).toBe(counts.leases);
    for (const [jobId, times] of finished) {
      expect(times).toBe(1);
      expect(acknowledged.has(jobId)).toBe(true);
    }
    expect(finished.size).toBe(counts.outcomes);
  });
});

describe("a request id whose client's clock runs ahead", () => {
  it("ends one term, and is recognised from then on", async () => {
    const namespace = "clocks";
    // A UUIDv7 of this moment, although the call was first made an hour ago.
    const time = Date.now().toString(16).padStart(12, "0");
    const requestId = `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000001`;
    const submit = () => system.jobs.submitJobs({ namespace, requestId, items: [item()] });
    const first = await submit();
    await pool.query("update scheduler.requests set created_ms = created_ms - 3600000 where request_key = $1", [
      `call:${requestId}`,
    ]);
    const owned = async () => (await system.jobs.getStatus({})).shards[0]?.epoch ?? 0n;
    const before = await owned();
    await cutConnections(pool);
    // Until the cut is noticed, memory answers, which knows the request.
    await eventually(async () => expect(await owned()).toBeGreaterThan(before));
    const again = await repeating(submit);
    expect(again.jobs[0]).toMatchObject({
      jobId: first.jobs[0]?.jobId,
      disposition: SubmittedJob_Disposition.REPLAYED,
    });
    expect((await system.jobs.listJobs({ namespace, wantTotal: true })).total).toBe(1n);
  });
});

describe("a replica that waits for the shard", () => {
  it("ends when it is told to, and takes the shard when its owner has gone", async () => {
    const waiting = startScheduler(database, { replicaId: "second" });
    const refused = expect(waiting).rejects.toSatisfy((error) => reasonOf(error) === "SHUTTING_DOWN");
    const other = startScheduler(database, { replicaId: "third" });
    await standbys.get("second")?.stop();
    await refused;
    await system.stop();
    system = await other;
    expect((await system.jobs.submitJobs({ namespace: "handed-over", items: [item()] })).jobs).toHaveLength(1);
  });
});
