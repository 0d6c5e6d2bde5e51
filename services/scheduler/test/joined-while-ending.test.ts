import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { SubmittedJob_Disposition } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { InterceptFlush } from "../src/domain/shard/term-lanes.js";
import { createSchedulerDatabase, item, startScheduler, type TestScheduler } from "./setup.js";
import { testNamespace } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
/** Submits are written when it has settled. */
let gate: Promise<void> = Promise.resolve();
let waiting = 0;

const interceptFlush: InterceptFlush = (lane, flush) =>
  lane !== "submit"
    ? flush
    : async (writer, items) => {
        waiting++;
        await gate;
        waiting--;
        return flush(writer, items);
      };

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database, {}, { interceptFlush });
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
  let open: () => void = () => undefined;
  gate = new Promise((resolve) => (open = resolve));
  const joining = system.jobs.submitJobs({ namespace, items: [item({ reuse }), item()] });
  await eventually(() => expect(waiting).toBe(1));
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
