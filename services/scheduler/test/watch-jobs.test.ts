import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type JobEvent, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { WatchJobsRequestSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { OnConflict, ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { createSignal, type TestDatabase } from "@switchyard/testkit";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { because, type TestNamespace, testNamespace } from "./test-namespace.js";

const {
  SUBMITTED,
  READY,
  CLAIMED,
  STARTED,
  PROGRESS,
  ATTEMPT_FAILED,
  RELEASED,
  ENDED,
  AMENDED,
  REOPENED,
  DELETED,
  DISMISSED,
} = JobEventType;
const { RUNNER_ONLINE, RUNNER_OFFLINE } = JobEventType;

let database: TestDatabase;
let system: TestScheduler;
let counter = 0;
const fresh = () => testNamespace(`watch-${++counter}`, () => system);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

/** Watches a namespace in the background. `next` takes the next event. */
function watch({ namespace }: TestNamespace, request: Partial<MessageInitShape<typeof WatchJobsRequestSchema>> = {}) {
  const signal = createSignal<JobEvent>("an event");
  const abort = new AbortController();
  const ended = (async () => {
    const stream = system.jobs.watchJobs({ namespace, ...request } as object, { signal: abort.signal });
    for await (const { events } of stream) {
      for (const event of events) signal.emit(event);
    }
  })().catch((error: unknown) => {
    if (!abort.signal.aborted) throw error;
  });
  return {
    next: () => signal.next(),
    take: async (count: number) => {
      const events: JobEvent[] = [];
      for (let i = 0; i < count; i++) events.push(await signal.next());
      return events;
    },
    get waiting() {
      return signal.waiting;
    },
    ended,
    async stop() {
      abort.abort();
      await ended;
    },
  };
}

/** All events of a namespace so far, from the tables. */
async function replay(ns: TestNamespace, jobId: string): Promise<JobEvent[]> {
  const events: JobEvent[] = [];
  const stream = system.jobs.watchJobs({
    ...{ namespace: ns.namespace, jobIds: [jobId], afterSequence: 0n, untilFinal: true },
  });
  for await (const answer of stream) events.push(...answer.events);
  return events;
}

const shown = ({ type, previousState, state, attempt, actor, jobId }: JobEvent) => ({
  ...{ type, previousState, state, attempt, actor, jobId },
});

describe("the events of changes to jobs", () => {
  it("are told live and from the tables alike, under the job's one id", async () => {
    const ns = fresh();
    const { namespace } = ns;
    await system.queues.updateQueue({ namespace, name: "default", settings: { keepDeadLetters: true } });
    const watching = watch(ns, { afterSequence: 0n });
    const reuse = { key: "k", states: [ReuseState.ACTIVE], onConflict: OnConflict.REPLACE_UNLESS_WORSE_CLASS };
    const { jobId } = await ns.submit({ reuse });
    await ns.submit({ reuse });
    await system.jobs.reorderJob({ namespace, jobId, order: { rankClass: 3 } });
    await ns.claim();
    await system.jobs.reorderJob({ namespace, jobId, order: { rankClass: 2 } });
    await ns.finish({ jobId }, Outcome_Kind.FAILED);
    await system.jobs.retryJobs({ namespace, jobIds: [jobId], actor: "operator" });
    await ns.claim();
    await ns.finish({ jobId, attempt: 2 }, Outcome_Kind.FAILED);
    await system.jobs.dismissJobs({ namespace, jobIds: [jobId] });
    await system.jobs.dismissJobs({ namespace, jobIds: [jobId] });
    await system.jobs.deleteJobs({ namespace, jobIds: [jobId], actor: "cleaner" });
    const { QUEUED, RUNNING, FAILED, UNSPECIFIED } = JobState;
    const expected = [
      [SUBMITTED, UNSPECIFIED, QUEUED, 0, ""],
      [AMENDED, QUEUED, QUEUED, 0, ""],
      [AMENDED, QUEUED, QUEUED, 0, ""],
      [CLAIMED, QUEUED, RUNNING, 1, ""],
      [AMENDED, RUNNING, RUNNING, 0, ""],
      [ENDED, RUNNING, FAILED, 1, ""],
      [REOPENED, FAILED, QUEUED, 0, "operator"],
      [CLAIMED, QUEUED, RUNNING, 2, ""],
      [ENDED, RUNNING, FAILED, 2, ""],
      [DISMISSED, FAILED, FAILED, 0, ""],
      [DELETED, FAILED, FAILED, 0, "cleaner"],
    ].map(([type, previousState, state, attempt, actor]) => ({ type, previousState, state, attempt, actor, jobId }));
    const live = await watching.take(expected.length);
    expect(live.map(shown)).toEqual(expected);
    const numbers = live.map(({ sequence }) => sequence);
    expect([...numbers].sort((a, b) => Number(a - b))).toEqual(numbers);
    await watching.stop();
    system = await system.restart();
    const later = watch(ns, { afterSequence: 0n });
    expect((await later.take(expected.length)).map(shown)).toEqual(expected);
    await later.stop();
  });

  it("tell of a new job that the same call changes: submitted, then amended", async () => {
    const ns = fresh();
    const reuse = { key: "k", states: [ReuseState.ACTIVE], onConflict: OnConflict.KEEP_BEST_ORDER };
    const watching = watch(ns, { afterSequence: 0n });
    await ns.submitAll([{ reuse }, { reuse, order: { rankClass: -1 } }]);
    expect((await watching.take(2)).map(({ type }) => type)).toEqual([SUBMITTED, AMENDED]);
    await watching.stop();
  });

  it("tell that a job became ready while it was moved", async () => {
    const ns = fresh();
    const { namespace } = ns;
    for (let round = 0; round < 10; round++) {
      const parent = await ns.submit({ queue: "parents" });
      const dependencies = [{ parent: { case: "jobId" as const, value: parent.jobId } }];
      const { jobId } = await ns.submit({ dependencies });
      await ns.claim({ jobId: parent.jobId });
      const move = system.jobs.reorderJob({ namespace, jobId, order: { rankClass: 1 } });
      await Promise.all([move, ns.finish(parent)]);
      await ns.run(jobId);
      const types = (await replay(ns, jobId)).map(({ type }) => type);
      expect(types.filter((type) => type !== AMENDED)).toEqual([SUBMITTED, READY, CLAIMED, ENDED]);
    }
  });
});

describe("a watch that ends when its jobs are final", () => {
  it("waits for a job that was opened again, and not for one that was deleted", async () => {
    const ns = fresh();
    const { namespace } = ns;
    const jobs = await ns.submitAll([{}, {}]);
    const [again = "", gone = ""] = jobs.map(({ jobId }) => jobId);
    await ns.run(again, Outcome_Kind.FAILED);
    await system.jobs.retryJobs({ namespace, jobIds: [again] });
    const watching = watch(ns, { jobIds: [again, gone], afterSequence: 0n, untilFinal: true });
    expect((await watching.take(5)).map(({ type }) => type)).toEqual([SUBMITTED, SUBMITTED, CLAIMED, ENDED, REOPENED]);
    // Others that are opened again have nothing to do with it.
    const other = await ns.submit({ kind: "other" });
    await system.jobs.cancelJobs({ namespace, jobIds: [other.jobId] });
    await system.jobs.retryJobs({ namespace, jobIds: [other.jobId] });
    await system.jobs.deleteJobs({ namespace, jobIds: [gone] });
    await ns.claim({ jobId: again });
    await ns.finish({ jobId: again, attempt: 2 });
    await watching.ended;
    expect((await watching.take(3)).map(({ type }) => type)).toEqual([DELETED, CLAIMED, ENDED]);
    expect(watching.waiting).toBe(0);
    const late = watch(ns, { jobIds: [again, gone], untilFinal: true });
    await expect(late.ended).rejects.toSatisfy(because("JOB_NOT_FOUND"));
  });
});

describe("what is live only", () => {
  it("is progress, of the named jobs, of the queue and of the types that were asked for", async () => {
    const ns = fresh();
    const { namespace } = ns;
    const jobs = await ns.submitAll([{ queue: "a" }, { queue: "b" }]);
    const [one = "", two = ""] = jobs.map(({ jobId }) => jobId);
    await ns.claim({ maxJobs: 2, start: true });
    const after = { afterSequence: 0n };
    const all = watch(ns, { ...after, includeProgress: true });
    const named = watch(ns, { ...after, includeProgress: true, jobIds: [two] });
    const ofQueue = watch(ns, { ...after, includeProgress: true, queue: "a" });
    const without = watch(ns, after);
    const onlyEnds = watch(ns, { ...after, includeProgress: true, types: [ENDED] });
    await all.take(6);
    await named.take(3);
    await ofQueue.take(3);
    await without.take(6);
    const report = async (jobId: string, current: number) => {
      const attempt = { jobId, by: { case: "attempt" as const, value: 1 } };
      const progress = { case: "progress" as const, value: { progress: { current, message: "on" } } };
      await system.dispatch.reportAttempts({ reports: [{ namespace, attempt, report: progress }] });
    };
    await report(one, 1);
    await report(two, 2);
    await ns.finish({ jobId: one });
    await ns.finish({ jobId: two });
    const seen = (events: JobEvent[]) => events.map(({ type, jobId, progress }) => [type, jobId, progress?.current]);
    const progressOf = (jobId: string, current: number) => [PROGRESS, jobId, current];
    const endOf = (jobId: string) => [ENDED, jobId, undefined];
    expect(seen(await all.take(4))).toEqual([progressOf(one, 1), progressOf(two, 2), endOf(one), endOf(two)]);
    expect(seen(await named.take(2))).toEqual([progressOf(two, 2), endOf(two)]);
    expect(seen(await ofQueue.take(2))).toEqual([progressOf(one, 1), endOf(one)]);
    expect(seen(await without.take(2))).toEqual([endOf(one), endOf(two)]);
    expect(seen(await onlyEnds.take(2))).toEqual([endOf(one), endOf(two)]);
    for (const one of [all, named, ofQueue, without, onlyEnds]) await one.stop();
    // It has no number, and is in no replay.
    expect((await replay(ns, one)).map(({ type }) => type)).toEqual([SUBMITTED, CLAIMED, STARTED, ENDED]);
  });

  it("is the coming and going of runners", async () => {
    const ns = fresh();
    const { namespace } = ns;
    await ns.submit();
    const watching = watch(ns, { afterSequence: 0n, includeRunners: true });
    const without = watch(ns, { afterSequence: 0n, includeProgress: true });
    await watching.next();
    await without.next();
    const presence = durationFromMs(60_000);
    const renew = (more: object) => system.dispatch.renewLeases({ renewals: [{ namespace, runnerId: "r", ...more }] });
    await renew({ presence });
    await renew({ presence });
    expect(await watching.next()).toMatchObject({ type: RUNNER_ONLINE, runnerId: "r", sequence: 0n, jobId: "" });
    await renew({ leave: true });
    expect(await watching.next()).toMatchObject({ type: RUNNER_OFFLINE, runnerId: "r" });
    await renew({ presence: durationFromMs(1_000) });
    expect((await watching.take(2)).map(({ type }) => type)).toEqual([RUNNER_ONLINE, RUNNER_OFFLINE]);
    await ns.submit();
    expect((await watching.next()).type).toBe(SUBMITTED);
    expect((await without.next()).type).toBe(SUBMITTED);
    await watching.stop();
    await without.stop();
  });
});

describe("a watch", () => {
  it("can be resumed behind any number that it told", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit({ policies: { maxAttempts: 3 } });
    await ns.claim({ start: true });
    await ns.finish({ jobId }, Outcome_Kind.FAILED, { retryable: true });
    await ns.claim();
    await ns.finish({ jobId, attempt: 2 }, Outcome_Kind.RELEASED);
    await system.jobs.cancelJobs({ namespace: ns.namespace, jobIds: [jobId] });
    const all = await replay(ns, jobId);
    expect(all.map(({ type }) => type)).toEqual([
      ...[SUBMITTED, CLAIMED, STARTED, ATTEMPT_FAILED, CLAIMED, RELEASED, ENDED],
    ]);
    for (const [i, { sequence }] of all.entries()) {
      if (i === all.length - 1) break;
      const resumed = watch(ns, { afterSequence: sequence });
      expect(await resumed.take(all.length - i - 1)).toEqual(all.slice(i + 1));
      await resumed.stop();
    }
  });

  it("shows named jobs as they are before their events, if asked for", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit();
    await ns.run(jobId);
    const { namespace } = ns;
    const stream = system.jobs.watchJobs({ namespace, jobIds: [jobId], includeSnapshot: true, untilFinal: true });
    const answers = [];
    for await (const answer of stream) answers.push(answer);
    expect(answers).toHaveLength(1);
    expect(answers[0]?.snapshots).toMatchObject([{ id: jobId, state: JobState.SUCCEEDED }]);
    expect(answers[0]?.sequence).toBeGreaterThan(0n);
  });
});

it("replays large flushes in messages of a bounded size", async () => {
  const { namespace } = fresh();
  const items = Array.from({ length: 1_000 }, () => ({ spec: { kind: "work" } }));
  for (let call = 0; call < 3; call++) await system.jobs.submitJobs({ namespace, items });
  const sequences: bigint[] = [];
  for await (const { events, sequence } of system.jobs.watchJobs({ namespace, afterSequence: 0n })) {
    if (events.length === 0) break;
    expect(events.length).toBeLessThanOrEqual(1_000);
    // The place to resume from is behind what was told, and before what was not.
    sequences.push(...events.map((event) => event.sequence));
    expect(sequence).toBe(sequences.at(-1));
  }
  expect(sequences).toHaveLength(3_000);
  expect(new Set(sequences).size).toBe(3_000);
});
