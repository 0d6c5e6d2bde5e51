import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { TestDatabase } from "@switchyard/testkit";
import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSchedulerDatabase, createMovableClock, startScheduler, type TestScheduler } from "./setup.js";
import { testNamespace } from "./test-namespace.js";

const clock = createMovableClock();
const registry = new Registry();
let database: TestDatabase;
let system: TestScheduler;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database, {}, { clock, registry });
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

/** The series that begin so, with their values. */
async function series(start: string): Promise<Record<string, number>> {
  const lines = (await registry.metrics()).split("\n").filter((line) => line.startsWith(start));
  return Object.fromEntries(
    lines.map((line) => line.split(/ (?=[^ ]+$)/) as [string, string]).map(([name, value]) => [name, Number(value)]),
  );
}

it("shows where open jobs stand, how long they wait, and who is there", async () => {
  const ns = testNamespace("shown", () => system);
  await ns.submitAll([{ queue: "a" }, { queue: "a" }, { queue: "b", startTime: { seconds: BigInt(4e9) } }]);
  clock.pass(5_000);
  await ns.claim({ maxJobs: 1 });
  const jobs = await series('switchyard_jobs_open{job_namespace="shown"');
  expect(jobs).toMatchObject({
    'switchyard_jobs_open{job_namespace="shown",queue="a",state="queued"}': 1,
    'switchyard_jobs_open{job_namespace="shown",queue="a",state="claimed"}': 1,
    'switchyard_jobs_open{job_namespace="shown",queue="b",state="scheduled"}': 1,
  });
  const wait = 'switchyard_queue_oldest_wait_seconds{job_namespace="shown",queue="a"}';
  expect((await series(wait))[wait]).toBeGreaterThanOrEqual(5);
  expect(await series("switchyard_leases_held")).toEqual({ 'switchyard_leases_held{job_namespace="shown"}': 1 });
  expect(await series("switchyard_shards_owned")).toEqual({ switchyard_shards_owned: 1 });
  expect(await series("switchyard_shard_terms_total")).toEqual({ switchyard_shard_terms_total: 1 });
});

it("counts what becomes durable", async () => {
  const ns = testNamespace("counted", () => system);
  const before = await series("switchyard_");
  const { jobId } = await ns.submit({ policies: { maxAttempts: 2 } });
  await ns.claim({ jobId });
  await ns.finish({ jobId }, Outcome_Kind.FAILED, { retryable: true, retryDelay: { seconds: 0n } });
  await ns.claim({ jobId });
  await ns.finish({ jobId, attempt: 2 });
  const after = await series("switchyard_");
  const grown = (name: string) => (after[name] ?? 0) - (before[name] ?? 0);
  const names = ["jobs_submitted_total", "attempts_claimed_total", "attempts_failed_total", "job_wait_seconds_count"];
  expect(names.map((name) => grown(`switchyard_${name}`))).toEqual([1, 2, 1, 1]);
  expect(grown('switchyard_jobs_ended_total{state="SUCCEEDED"}')).toBe(1);
  expect(grown('switchyard_commit_items_count{lane="scheduler-report"}')).toBeGreaterThanOrEqual(2);
});

it("sums up what is beyond the bound of namespaces and queues", async () => {
  const ns = testNamespace("many", () => system);
  await ns.submitAll(Array.from({ length: 250 }, (_, i) => ({ queue: `q-${i}` })));
  const jobs = await series("switchyard_jobs_open");
  const queued = Object.entries(jobs).filter(([name]) => name.includes('state="queued"'));
  expect(queued.length).toBeLessThanOrEqual(201);
  const other = jobs['switchyard_jobs_open{job_namespace="other",queue="other",state="queued"}'] ?? 0;
  expect(other).toBeGreaterThanOrEqual(50);
  const ofMany = queued
    .filter(([name]) => name.includes('job_namespace="many"'))
    .reduce((sum, [, count]) => sum + count, 0);
  expect(ofMany + other).toBeGreaterThanOrEqual(250);
});
