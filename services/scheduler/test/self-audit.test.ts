import { createPool, type Pool } from "@switchyard/postgres";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Finding } from "../src/domain/audit/audit-memory.js";
import { anyKind, createSchedulerDatabase, item, startScheduler, type TestScheduler } from "./setup.js";

let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;
const findings: Finding[] = [];
const namespace = "audited";

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database, { auditIntervalMs: 100 }, { onFinding: (finding) => findings.push(finding) });
  pool = createPool({ url: database.url, applicationName: "self-audit-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

const epoch = async () => (await system.jobs.getStatus({})).shards[0]?.epoch ?? 0n;

async function submit(count: number): Promise<string[]> {
  const { jobs } = await system.jobs.submitJobs({ namespace, items: Array.from({ length: count }, () => item()) });
  return jobs.map(({ jobId }) => jobId);
}

/** The findings that something leads to; afterwards the next term is in force. */
async function findingsOf(damage: () => Promise<unknown>): Promise<readonly Finding[]> {
  findings.length = 0;
  const before = await epoch();
  await damage();
  await eventually(async () => expect(await epoch()).toBeGreaterThan(before));
  return [...findings];
}

describe("the self-audit", () => {
  it("finds nothing while jobs come, run and end", async () => {
    findings.length = 0;
    const before = await epoch();
    for (let round = 0; round < 20; round++) {
      await submit(20);
      const { leases } = await system.dispatch.claimJobs({ namespace, runnerId: "r", profile: anyKind, maxJobs: 20 });
      await system.dispatch.reportAttempts({
        reports: leases.map(({ jobId, attempt }) => ({
          namespace,
          attempt: { jobId, by: { case: "attempt" as const, value: attempt } },
          report: { case: "outcome" as const, value: { kind: 1 } },
        })),
      });
    }
    expect(findings).toEqual([]);
    expect(await epoch()).toBe(before);
  });

  it("finds a job that has lost its row, and heals by what the tables say", async () => {
    const [jobId = ""] = await submit(1);
    const { job } = await system.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } });
    const found = await findingsOf(() => pool.query("delete from scheduler.open where serial = $1", [job?.serial]));
    expect(found.map(({ sort }) => sort)).toEqual(["open-rows"]);
    const { leases } = await system.dispatch.claimJobs({ namespace, runnerId: "r", profile: anyKind, maxJobs: 10 });
    expect(leases.map((lease) => lease.jobId)).not.toContain(jobId);
  });

  it("finds a lease that has lost its row: the job waits again", async () => {
    const [jobId = ""] = await submit(1);
    await system.dispatch.claimJobs({ namespace, runnerId: "r", jobId });
    const found = await findingsOf(() => pool.query("delete from scheduler.leases"));
    expect(found.map(({ sort }) => sort)).toEqual(["lease-rows"]);
    const { job } = await system.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } });
    expect(job?.state).toBe(JobState.QUEUED);
  });

  it("finds a row that memory does not know", async () => {
    const found = await findingsOf(() =>
      pool.query(
        `insert into scheduler.leases (ns, serial, attempt, runner, claimed_ms, started_ms, lease_ms, lease_until_ms, hold_by_runner, presence_ms,
           execution_deadline_ms)
         select ns, serial, 7, 'nobody', 0, 0, 1000, 0, false, 0, 0 from scheduler.open order by serial desc limit 1`,
      ),
    );
    expect(found.map(({ sort }) => sort)).toEqual(["lease-rows"]);
  });
});
