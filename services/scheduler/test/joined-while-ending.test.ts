import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { SubmittedJob_Disposition } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import type { TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { holdFlushes } from "./held-flushes.js";
import { createSchedulerDatabase, item, startScheduler, type TestScheduler } from "./setup.js";
import { testNamespace } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
const submits = holdFlushes("submit", "before");

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database, {}, { interceptFlush: submits.interceptFlush });
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

it.each([
  [Outcome_Kind.SUCCEEDED, JobState.SUCCEEDED],
  [Outcome_Kind.FAILED, JobState.FAILED],
])("a submit that joins a job which ends before it is written shows the end (%s)", async (outcome, state) => {
  const ns = testNamespace(`joined-${state}`, () => system);
  const { namespace } = ns;
  const reuse = { key: "k", states: [ReuseState.ACTIVE] };
  const { jobId } = await ns.submit({ reuse });
  const open = submits.hold();
  const joining = system.jobs.submitJobs({ namespace, items: [item({ reuse }), item()] });
  await submits.areHeld(1);
  await ns.run(jobId, outcome);
  open();
  const { jobs } = await joining;
  const { JOINED, CREATED } = SubmittedJob_Disposition;
  expect(jobs.map((job) => [job.disposition, job.state])).toEqual([
    [JOINED, state],
    [CREATED, JobState.QUEUED],
  ]);
  expect(jobs[0]?.jobId).toBe(jobId);
});
