import { isRetryable, reasonOf } from "@switchyard/errors";
import { createPool, type Pool } from "@switchyard/postgres";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { CancelMode } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { OnConflict, ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { seededRandom, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { json, type TestNamespace, testNamespace } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database, { auditIntervalMs: 200 });
  pool = createPool({ url: database.url, applicationName: "races-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

/** One of many who do something to the same few jobs; refusals are answers, faults are not. */
async function disturb(ns: TestNamespace, seed: number, steps: number): Promise<void> {
  const random = seededRandom(seed);
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? "";
  const { namespace } = ns;
  const seen: string[] = [];
  const conflicts = [OnConflict.RETURN, OnConflict.REPLACE_UNLESS_WORSE_CLASS, OnConflict.KEEP_BEST_ORDER];
  const states = [[ReuseState.ACTIVE], [ReuseState.ACTIVE, ReuseState.FAILED], [ReuseState.SUCCEEDED]];
  const kinds = [Outcome_Kind.SUCCEEDED, Outcome_Kind.FAILED, Outcome_Kind.RELEASED, Outcome_Kind.CANCELLED];
  const order = () => ({
    ...{ rankClass: Math.floor(random() * 2), weight: Math.floor(random() * 3) },
    rankBy: { case: "relative" as const, value: { base: 1, offset: Math.floor(random() * 3) - 1 } },
  });
  const actions = [
    async () => {
      const reuse = {
        ...{ key: `k${Math.floor(random() * 3)}`, states: states[Math.floor(random() * 3)] as ReuseState[] },
        onConflict: conflicts[Math.floor(random() * 3)] as OnConflict,
      };
      const spec = { reuse, order: order(), input: json(seed), labels: { by: String(seed) } };
      const jobs = await ns.submitAll([spec, { ...spec, order: order() }], { returnJobs: random() < 0.3 });
      seen.push(...jobs.map(({ jobId }) => jobId));
    },
    async () => {
      for (const { jobId, attempt } of await ns.claim({ maxJobs: 2, runnerId: `r${seed}`, start: random() < 0.5 })) {
        if (random() < 0.7) {
          const kind = kinds[Math.floor(random() * 4)] as Outcome_Kind;
          await ns.finish({ jobId, attempt }, kind, { retryable: random() < 0.5, toFront: random() < 0.5 });
        }
      }
    },
    () => system.jobs.retryJobs({ namespace, jobIds: [pick(seen), pick(seen)], requestId: random() < 0.5 ? "r" : "" }),
    () => system.jobs.reorderJob({ namespace, jobId: pick(seen), order: order() }),
    () => system.jobs.deleteJobs({ namespace, jobIds: [pick(seen)] }),
    () => system.jobs.dismissJobs({ namespace, jobIds: [pick(seen)] }),
    () =>
      system.jobs.cancelJobs({
        ...{ namespace, jobIds: [pick(seen)] },
        mode: random() < 0.5 ? CancelMode.IMMEDIATE : CancelMode.CONFIRMED,
      }),
    () => system.dispatch.renewLeases({ renewals: [{ namespace, runnerId: `r${seed}`, leave: true }] }),
  ];
  for (let step = 0; step < steps; step++) {
    const action = seen.length === 0 ? actions[0] : actions[Math.floor(random() * actions.length)];
    try {
      await action?.();
    } catch (error) {
      expect(["WRONG_STATE", "JOB_NOT_FOUND", "REVISION_MISMATCH"]).toContain(reasonOf(error));
      expect(isRetryable(error)).toBe(false);
    }
  }
}

async function allJobs({ namespace }: TestNamespace): Promise<Job[]> {
  const { jobs } = await system.jobs.listJobs({ namespace, view: JobView.FULL, pageSize: 1_000 });
  return jobs;
}

/** What must be the same after a restart: all but when leases end. */
function lasting(job: Job): unknown {
  const { lastAttempt: _, attempts, ...rest } = job;
  return { ...rest, attempts: attempts.map(({ leaseExpireTime: __, ...attempt }) => attempt) };
}

describe("everything at once to the same few jobs", () => {
  it.each([1, 2, 3])("never faults, and is stored as it is remembered (%d)", async (round) => {
    const ns = testNamespace(`races-${round}`, () => system);
    const { namespace } = ns;
    await system.queues.updateQueue({ namespace, name: "default", settings: { keepDeadLetters: true } });
    const { shards: before } = await system.jobs.getStatus({});
    await Promise.all(Array.from({ length: 10 }, (_, worker) => disturb(ns, round * 100 + worker, 60)));
    // No write has failed, and the audit has found nothing: the term is the same.
    const { shards: after } = await system.jobs.getStatus({});
    expect(after[0]?.epoch).toBe(before[0]?.epoch);

    const jobs = await allJobs(ns);
    system = await system.restart();
    expect((await allJobs(ns)).map(lasting)).toEqual(jobs.map(lasting));
    for (const job of jobs) {
      const numbers = job.attempts.map(({ number }) => number);
      expect(numbers).toEqual(numbers.map((_, i) => i + 1));
      expect(job.attempts.every(({ reopen }, i) => reopen >= (job.attempts[i - 1]?.reopen ?? 0))).toBe(true);
    }
    const { queue } = await system.queues.getQueue({ namespace, name: "default" });
    const count = (...states: JobState[]) => BigInt(jobs.filter(({ state }) => states.includes(state)).length);
    expect(queue?.counts).toMatchObject({
      ...{ queued: count(JobState.QUEUED), succeeded: count(JobState.SUCCEEDED), failed: count(JobState.FAILED) },
      cancelled: count(JobState.CANCELLED),
    });
    expect((queue?.counts?.claimed ?? 0n) + (queue?.counts?.started ?? 0n)).toBe(count(JobState.RUNNING));

    // Whatever is open can be ended, and nothing is left behind.
    await system.jobs.deleteJobs({ namespace, filter: { queue: "default" } });
    const { rows } = await pool.query<Record<string, number>>(
      `select (select count(*) from scheduler.open where ns = n.id)::int as open,
              (select count(*) from scheduler.leases where ns = n.id)::int as leases,
              (select count(*) from scheduler.jobs where ns = n.id)::int as jobs,
              (select count(*) from scheduler.outcomes where ns = n.id)::int as outcomes,
              (select count(*) from scheduler.amendments where ns = n.id)::int as amendments,
              (select count(*) from scheduler.dead_letters where ns = n.id)::int as dead
       from scheduler.namespaces n where n.name = $1`,
      [namespace],
    );
    expect(rows[0]).toEqual({ open: 0, leases: 0, jobs: 0, outcomes: 0, amendments: 0, dead: 0 });
  });
});
