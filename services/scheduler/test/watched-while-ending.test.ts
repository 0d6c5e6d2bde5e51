import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { holdFlushes } from "./held-flushes.js";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { testNamespace } from "./test-namespace.js";

const { SUBMITTED, CLAIMED, ATTEMPT_FAILED, ENDED } = JobEventType;

let database: TestDatabase;
let system: TestScheduler;
const reports = holdFlushes("report", "after");

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database, {}, { interceptFlush: reports.interceptFlush });
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

it.each([
  ["from the first event on", 0n, [SUBMITTED, CLAIMED, ATTEMPT_FAILED, CLAIMED, ENDED]],
  ["from now on", undefined, [ENDED]],
] as const)(
  "a watch %s that begins while the end is being written is told of it",
  async (name, afterSequence, types) => {
    const ns = testNamespace(`ending-${name}`.replaceAll(" ", "-"), () => system);
    const { namespace } = ns;
    const { jobId } = await ns.submit({ policies: { maxAttempts: 2 } });
    await ns.claim();
    await ns.finish({ jobId }, Outcome_Kind.FAILED, { retryable: true });
    await ns.claim();
    const open = reports.hold();
    // The rows of the job show its end from here on; whoever watches has not been told of it yet.
    const ending = ns.finish({ jobId, attempt: 2 });
    await reports.areHeld(1);
    const told: JobEventType[] = [];
    const place = afterSequence === undefined ? {} : { afterSequence };
    const watching = (async () => {
      const stream = system.jobs.watchJobs({ namespace, jobIds: [jobId], untilFinal: true, ...place });
      for await (const { events } of stream) told.push(...events.map(({ type }) => type));
    })();
    // A read that begins after the watch has been through the same rows by then.
    for (let i = 0; i < 3; i++) await ns.job(jobId);
    open();
    await ending;
    await watching;
    expect(told).toEqual(types);
  },
);
