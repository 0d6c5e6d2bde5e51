import { createPool, type Pool } from "@switchyard/postgres";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { Outcome_Kind, Revocation_Reason } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { because, json, type TestNamespace, testNamespace } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;
let counter = 0;
const fresh = () => testNamespace(`delete-${++counter}`, () => system);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
  pool = createPool({ url: database.url, applicationName: "delete-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

async function remove({ namespace }: TestNamespace, jobIds: string[], more = {}) {
  const { results } = await system.jobs.deleteJobs({ namespace, jobIds, ...more });
  return results;
}

/** Rows that are left of the jobs of a namespace, by table. */
async function rowsOf({ namespace }: TestNamespace): Promise<Record<string, number>> {
  const tables = ["jobs", "outcomes", "amendments", "open", "leases", "dead_letters", "progress"];
  const counts = tables.map(
    (table) => `(select count(*) from scheduler.${table} t where t.ns = n.id)::int as ${table}`,
  );
  const { rows } = await pool.query<Record<string, number>>(
    `select ${counts.join(", ")} from scheduler.namespaces n where n.name = $1`,
    [namespace],
  );
  return rows[0] ?? {};
}

/** A job in each state, by state. */
async function oneOfEach(ns: TestNamespace): Promise<Record<string, string>> {
  const { namespace } = ns;
  const startTime = { seconds: BigInt(Math.floor(Date.now() / 1_000) + 3_600), nanos: 0 };
  const jobs: Record<string, string> = {};
  const kinds = { SUCCEEDED: 1, FAILED: 2, TIMED_OUT: 5 };
  for (const [state, kind] of Object.entries(kinds)) {
    jobs[state] = (await ns.submit()).jobId;
    await ns.run(jobs[state] as string, kind);
  }
  const states = ["CANCELLED", "RUNNING", "QUEUED"];
  for (const state of states) jobs[state] = (await ns.submit()).jobId;
  await system.jobs.cancelJobs({ namespace, jobIds: [jobs["CANCELLED"] as string] });
  await ns.claim({ jobId: jobs["RUNNING"] as string });
  jobs["SCHEDULED"] = (await ns.submit({ startTime })).jobId;
  const dependencies = [{ parent: { case: "jobId" as const, value: jobs["SCHEDULED"] } }];
  jobs["BLOCKED"] = (await ns.submit({ dependencies })).jobId;
  return jobs;
}

describe("deleting jobs", () => {
  it("works in every state, shows each as it last was, and leaves nothing", async () => {
    const ns = fresh();
    await system.queues.updateQueue({ namespace: ns.namespace, name: "default", settings: { keepDeadLetters: true } });
    const jobs = await oneOfEach(ns);
    const ids = Object.values(jobs).reverse();
    const results = await remove(ns, ids, { actor: "me" });
    expect(results.map(({ reason, job, previousState }) => [reason, job?.id, JobState[previousState]])).toEqual(
      Object.entries(jobs)
        .reverse()
        .map(([state, id]) => [0, id, state]),
    );
    expect(await ns.list()).toEqual([]);
    for (const id of ids) await expect(ns.job(id)).rejects.toSatisfy(because("JOB_NOT_FOUND"));
    expect(await rowsOf(ns)).toEqual({
      ...{ jobs: 0, outcomes: 0, amendments: 0, open: 0, leases: 0, dead_letters: 0, progress: 0 },
    });
    const { queue } = await system.queues.getQueue({ namespace: ns.namespace, name: "default" });
    expect(Object.values(queue?.counts ?? {}).filter((count) => typeof count === "bigint" && count > 0n)).toEqual([]);
    expect(await ns.claim()).toEqual([]);
  });

  it("finds a job once: repeated, deleted before or never made it is not there", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit();
    const other = await ns.submit();
    const results = await remove(ns, [jobId, other.jobId, jobId]);
    expect(results.map(({ reason }) => reason)).toEqual([0, 0, ErrorReason.JOB_NOT_FOUND]);
    expect((await remove(ns, [jobId]))[0]?.reason).toBe(ErrorReason.JOB_NOT_FOUND);
    const raced = await ns.submit();
    const calls = await Promise.all([1, 2, 3, 4].map(() => remove(ns, [raced.jobId])));
    expect(calls.flat().filter(({ reason }) => reason === 0)).toHaveLength(1);
    await expect(remove(ns, ["x"])).rejects.toSatisfy(because("MALFORMED_ID"));
    await expect(remove(ns, [])).rejects.toSatisfy(because("INVALID_ARGUMENT"));
  });

  it("keeps to the expected states, and to a filter", async () => {
    const ns = fresh();
    const jobs = await oneOfEach(ns);
    const expectedStates = [JobState.SUCCEEDED, JobState.RUNNING];
    const results = await remove(ns, Object.values(jobs), { expectedStates });
    expect(results.filter(({ reason }) => reason === 0).map(({ job }) => job?.id)).toEqual([
      ...[jobs["SUCCEEDED"], jobs["RUNNING"]],
    ]);
    expect(results.filter(({ reason }) => reason === ErrorReason.WRONG_STATE)).toHaveLength(6);
    await ns.submitAll([{ labels: { a: "1", b: "2" } }, { labels: { a: "1" } }, { kind: "other", labels: { a: "1" } }]);
    const filter = { kinds: ["test.work"], labels: { a: "1" } };
    const { results: matched } = await system.jobs.deleteJobs({ namespace: ns.namespace, filter });
    expect(matched.map(({ job }) => Number(job?.serial)).sort()).toEqual([10, 9]);
    const states = [JobState.FAILED, JobState.TIMED_OUT, JobState.CANCELLED];
    await system.jobs.deleteJobs({ namespace: ns.namespace, filter: { states } });
    expect(await ns.list()).toEqual([11, 8, 7, 6]);
    await expect(system.jobs.deleteJobs({ namespace: ns.namespace, filter: {} })).rejects.toSatisfy(
      because("INVALID_ARGUMENT"),
    );
  });

  it("revokes a running attempt: its runner is told, and what it reports later is refused", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit({ concurrencyKeys: ["k"] });
    await ns.claim({ runnerId: "a" });
    const attempt = { jobId, by: { case: "attempt" as const, value: 1 } };
    const { namespace } = ns;
    const progress = { case: "progress" as const, value: { progress: { current: 1 } } };
    await system.dispatch.reportAttempts({ reports: [{ namespace, attempt, report: progress }] });
    await eventually(async () => expect((await rowsOf(ns))["progress"]).toBe(1));
    await remove(ns, [jobId]);
    const renewal = { namespace, runnerId: "a", attempts: [attempt], wantRevoked: true };
    const { results } = await system.dispatch.renewLeases({ renewals: [renewal] });
    expect(results[0]?.statuses[0]?.reason).toBe(ErrorReason.JOB_NOT_FOUND);
    expect(results[0]?.revoked).toMatchObject([{ jobId, attempt: 1, reason: Revocation_Reason.DELETED }]);
    expect(results[0]?.held).toEqual([]);
    for (const kind of [Outcome_Kind.SUCCEEDED, Outcome_Kind.FAILED, Outcome_Kind.RELEASED])
      expect((await ns.finish({ jobId }, kind)).reason).toBe(ErrorReason.JOB_NOT_FOUND);
    const { results: reports } = await system.dispatch.reportAttempts({
      reports: [{ namespace, attempt, report: progress }],
    });
    expect(reports[0]?.reason).toBe(ErrorReason.JOB_NOT_FOUND);
    await eventually(async () => expect((await rowsOf(ns))["progress"]).toBe(0));
    const { limits } = await system.queues.setLimits({ namespace, limits: [{ key: "k", seats: 1 }] });
    expect(limits[0]?.seatsUsed).toBe(0);
  });

  it("frees the re-use key at once, in memory and in the tables", async () => {
    const ns = fresh();
    const reuse = { key: "k", states: [ReuseState.ACTIVE, ReuseState.SUCCEEDED] };
    for (let round = 1n; round <= 3n; round++) {
      const job = await ns.submit({ reuse });
      expect(job.serial).toBe(round);
      if (round === 2n) await ns.claim();
      if (round === 3n) await ns.run(job.jobId);
      await remove(ns, [job.jobId]);
    }
    expect((await ns.submit({ reuse })).serial).toBe(4n);
  });

  it("gives the number of the last job to no other one, also after a restart", async () => {
    const ns = fresh();
    await ns.submitAll([{}, {}, {}]);
    const call = { requestId: "call" };
    const last = await ns.submit({ input: json(1) }, call);
    await remove(ns, [last.jobId]);
    system = await system.restart();
    expect((await ns.submit()).serial).toBe(5n);
    expect(await ns.submit({}, call)).toMatchObject({ jobId: last.jobId, state: JobState.UNSPECIFIED });
    await expect(ns.job(last.jobId)).rejects.toSatisfy(because("JOB_NOT_FOUND"));
  });

  it("is over for a reopened job with all that it had", async () => {
    const ns = fresh();
    const { jobId } = await ns.submit();
    await ns.run(jobId, Outcome_Kind.FAILED);
    await system.jobs.retryJobs({ namespace: ns.namespace, jobIds: [jobId] });
    await system.jobs.reorderJob({ namespace: ns.namespace, jobId, order: { rankClass: 2 } });
    expect(await rowsOf(ns)).toMatchObject({ jobs: 1, outcomes: 1, amendments: 2, open: 1 });
    await Promise.all([remove(ns, [jobId]), system.jobs.retryJobs({ namespace: ns.namespace, jobIds: [jobId] })]);
    expect(await rowsOf(ns)).toMatchObject({ jobs: 0, outcomes: 0, amendments: 0, open: 0 });
  });
});

describe("dead letters", () => {
  const { FAILED, SUCCEEDED, TIMED_OUT } = Outcome_Kind;

  async function withDeadLetters(): Promise<{ ns: TestNamespace; ids: string[] }> {
    const ns = fresh();
    const settings = { keepDeadLetters: true };
    await system.queues.updateQueue({ namespace: ns.namespace, name: "default", settings });
    const jobs = await ns.submitAll([{}, {}, {}, {}, { queue: "other" }]);
    const ids = jobs.map(({ jobId }) => jobId);
    for (const [i, kind] of [FAILED, TIMED_OUT, SUCCEEDED].entries()) await ns.run(ids[i] as string, kind);
    await ns.run(ids[4] as string, FAILED);
    return { ns, ids };
  }

  const listed = (ns: TestNamespace) => ns.list({ filter: { deadLetters: true } });

  it("are the failed and timed out jobs of queues that keep them, until they are dismissed", async () => {
    const { ns, ids } = await withDeadLetters();
    const { namespace } = ns;
    expect(await listed(ns)).toEqual([2, 1]);
    const { deadLetters } = await system.queues.getQueue({ namespace, name: "default", deadLetters: 10 });
    expect(deadLetters.map(({ serial }) => serial)).toEqual([2n, 1n]);
    const jobIds = ids.slice(0, 4);
    const { results } = await system.jobs.dismissJobs({ namespace, jobIds });
    expect(results.map(({ reason }) => reason)).toEqual([0, 0, 0, ErrorReason.WRONG_STATE]);
    expect(results.map(({ job }) => [JobState[job?.state ?? 0], job?.dismissed])).toEqual([
      ["FAILED", true],
      ["TIMED_OUT", true],
      ["SUCCEEDED", false],
      ["QUEUED", false],
    ]);
    expect(await listed(ns)).toEqual([]);
    const again = await system.jobs.dismissJobs({ namespace, jobIds: [ids[0] as string] });
    expect(again.results[0]).toMatchObject({ reason: 0, job: { dismissed: true } });
    expect(await ns.list({ filter: { states: [JobState.FAILED] } })).toEqual([5, 1]);
  });

  it("can be dismissed by a filter, which matches nothing else", async () => {
    const { ns } = await withDeadLetters();
    const { namespace } = ns;
    const { results } = await system.jobs.dismissJobs({ namespace, filter: { queue: "default" } });
    expect(results.map(({ job }) => job?.serial).sort()).toEqual([1n, 2n]);
    const none = await system.jobs.dismissJobs({ namespace, filter: { queue: "default" } });
    expect(none.results).toEqual([]);
    await expect(system.jobs.dismissJobs({ namespace, filter: {} })).rejects.toSatisfy(because("INVALID_ARGUMENT"));
  });

  it("come back when the job fails once more, over restarts", async () => {
    const { ns, ids } = await withDeadLetters();
    const { namespace } = ns;
    const jobId = ids[0] as string;
    await system.jobs.dismissJobs({ namespace, jobIds: [jobId] });
    await system.jobs.retryJobs({ namespace, jobIds: ids.slice(0, 2) });
    expect(await listed(ns)).toEqual([]);
    expect((await ns.job(jobId)).dismissed).toBe(false);
    system = await system.restart();
    await ns.claim({ jobId });
    await ns.finish({ jobId, attempt: 2 }, FAILED);
    expect(await listed(ns)).toEqual([1]);
    expect((await ns.job(jobId)).dismissed).toBe(false);
  });
});

describe("cancelling by a filter", () => {
  it("takes the open jobs that match, labels included", async () => {
    const ns = fresh();
    const { namespace } = ns;
    const jobs = await oneOfEach(ns);
    await ns.submitAll([
      { labels: { a: "1" }, kind: "x" },
      { labels: { a: "2" }, kind: "x" },
      { labels: { a: "1" }, kind: "y" },
    ]);
    const cancel = async (filter: object) => {
      const { results } = await system.jobs.cancelJobs({ namespace, filter });
      expect(results.every(({ reason }) => reason === 0)).toBe(true);
      return results.map(({ job }) => Number(job?.serial)).sort((a, b) => a - b);
    };
    expect(await cancel({ kinds: ["x"], labels: { a: "1" } })).toEqual([9]);
    expect(await cancel({ labels: { a: "1" } })).toEqual([11]);
    expect(await cancel({ started: false })).toEqual([Number((await ns.job(jobs["RUNNING"] ?? "")).serial)]);
    expect(await cancel({ states: [JobState.SCHEDULED] })).toHaveLength(1);
    // The child of the cancelled one ends with it, in a write of its own that follows.
    await eventually(async () => expect((await ns.job(jobs["BLOCKED"] ?? "")).state).toBe(JobState.CANCELLED));
    expect(await cancel({ queue: "default", states: [JobState.QUEUED] })).toEqual([6, 10]);
    expect(await cancel({ kinds: ["test.work"] })).toEqual([5]);
    await expect(cancel({})).rejects.toSatisfy(because("INVALID_ARGUMENT"));
  });

  it("refuses to do half of what is asked for", async () => {
    const ns = fresh();
    const { namespace } = ns;
    for (let i = 0; i < 2; i++) await ns.submitAll(Array.from({ length: 501 }, () => ({ labels: { a: "1" } })));
    for (const filter of [{ queue: "default" }, { labels: { a: "1" } }])
      await expect(system.jobs.cancelJobs({ namespace, filter })).rejects.toSatisfy(because("QUOTA_EXCEEDED"));
    const { results } = await system.jobs.cancelJobs({ namespace, filter: { afterSerial: 2n } });
    expect(results).toHaveLength(1_000);
    expect(await ns.list({ filter: { states: [JobState.QUEUED] } })).toEqual([2, 1]);
  });
});
