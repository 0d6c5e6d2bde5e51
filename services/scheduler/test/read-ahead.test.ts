import { SubmittedJob_Disposition } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { OnConflict, ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import type { TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { json, testNamespace } from "./test-namespace.js";

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

it("jobs of an earlier term are handed out with the input that they have now, whatever was read ahead", async () => {
  const ns = testNamespace("backlog", () => system);
  const spec = (i: number, text: string) => ({
    ...{ kind: `kind-${i % 3}`, subject: `s${i}`, input: json({ text }) },
    ...(i % 7 === 0 && {
      reuse: { key: `k${i}`, states: [ReuseState.ACTIVE], onConflict: OnConflict.REPLACE_UNLESS_WORSE_CLASS },
    }),
  });
  const jobs = await ns.submitAll(Array.from({ length: 400 }, (_, i) => spec(i, `first ${i}`)));
  const expected = new Map(jobs.map(({ jobId }, i) => [jobId, `first ${i}`]));
  system = await system.restart();

  const claimed: string[] = [];
  const claim = async (maxJobs: number) => {
    const leases = await ns.claim({ maxJobs });
    for (const { jobId, input } of leases) {
      const { text } = JSON.parse(Buffer.from(input?.data ?? []).toString()) as { text: string };
      expect([jobId, text]).toEqual([jobId, expected.get(jobId)]);
      claimed.push(jobId);
    }
    return leases.length;
  };
  for (let i = 0; i < 20; i++) await claim(1);
  // Of those that are in memory by now, or on their way, some get another input, while others are claimed.
  for (const [i, { jobId }] of jobs.entries()) {
    if (i < 100 || i % 7 !== 0) continue;
    const replace = async () => {
      const replaced = await ns.submit(spec(i, `second ${i}`));
      expect(replaced).toMatchObject({ jobId, disposition: SubmittedJob_Disposition.AMENDED });
      expected.set(jobId, `second ${i}`);
    };
    await Promise.all([claim(1), replace()]);
  }
  while ((await claim(50)) > 0);
  expect(new Set(claimed).size).toBe(jobs.length);
});
