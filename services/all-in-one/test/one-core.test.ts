import { createRunner, type JobHandler, type SwitchyardClient } from "@switchyard/client";
import type { HttpGateway } from "@switchyard/http-gateway";
import { LogLevel } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import { type JobEvent, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { Gate_Type } from "@switchyard/proto/switchyard/scheduler/v1/explanation_pb";
import { createSignal, eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startReplica } from "./gateway-replica.js";
import { restCaller } from "./rest-caller.js";
import { type RunpackCaller, runpackAt, runpackKeys, runpackVariables } from "./runpack.js";
import { eventsUntil, openEvents as openSiloEvents, siloCalls, siloTokens } from "./silo-calls.js";
import { openEvents } from "./task-streams.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// One core under all dialects: whoever asks, in whatever protocol, is told of the same job, and nobody of another's.
let system: TestSystem;
/** Shows runpack's jobs as tasks: the one REST stream of a job's log is the task executor's. */
let window: HttpGateway;
let native: SwitchyardClient;
let runpack: RunpackCaller;
const tasks = restCaller(() => `http://${system.addresses.http}/task-executor`);
const siloBase = () => `http://${system.addresses.http}/silo`;
const silo = siloCalls(siloBase);
const namespace = "runpack";
const { submitKey, runnerKey, adminKey } = runpackVariables;

beforeAll(async () => {
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", TRUST_PROXY: "true", SILO_TOKENS: siloTokens },
    ...runpackKeys,
  });
  window = await startReplica(system, { TASK_EXECUTOR_NAMESPACE: namespace });
  native = system.openClient();
  runpack = runpackAt(`http://${system.addresses.http}/runpack`);
});
afterAll(async () => {
  native.close();
  await window.stop();
  await system.stop();
});

/** A job, a task and a silo job whose kind is the same word, with whoever does them at hand. */
async function threeJobs() {
  const kind = await silo.define();
  const siloRunner = await silo.makeRunner(kind);
  const siloJob = await silo.makeJob(kind);
  const worker = { worker_id: "old-worker", backend_type: "old" };
  expect((await tasks("POST", "/api/v1/workers/register", worker)).status).toBe(201);
  const task = (await tasks("POST", "/api/v1/tasks", { problem_id: kind })).body.id as string;
  const job = (await runpack.submit(kind, { b: 1, a: [2] })).body.job_id as string;
  return { kind, siloRunner, siloJob, task, job };
}

/** What happens in a namespace, until one of its jobs has ended. */
async function eventsOf(inNamespace: string): Promise<JobEvent[]> {
  const seen: JobEvent[] = [];
  for await (const { events } of native.jobs.watchJobs({ namespace: inNamespace, afterSequence: 0n })) {
    seen.push(...events);
    if (seen.some(({ type }) => type === JobEventType.ENDED)) break;
  }
  return seen;
}

/** The lines of a stream of a job's only attempt, as they come. */
function tail(jobId: string, lines: string[]): Promise<void> {
  const stream = { namespace, jobId, attempt: 1, stream: "stdout" };
  return (async () => {
    for await (const { records } of native.logs.tailLog({ stream, fromSequence: 0n })) {
      lines.push(...records.map(({ entry }) => entry?.message ?? ""));
    }
  })();
}

const closedGate = async (jobId: string) =>
  (await native.jobs.explainJob({ namespace, jobId })).gates.find(({ open }) => !open)?.type;

it("a job of one dialect is done by a native runner and seen from every side, beside those of the others", async () => {
  const { kind, siloRunner, siloJob, task, job } = await threeJobs();
  const told = eventsOf(namespace);
  const closing = new AbortController();
  const siloEvents = await openSiloEvents(`${siloBase()}/api/events`, { signal: closing.signal, lastEventId: "0" });
  expect(await closedGate(job)).toBe(Gate_Type.RUNNER);

  const [goOn, inputs] = [createSignal("the end of the looking"), [] as string[]];
  const handler: JobHandler = async ({ input, write, log, progress }) => {
    inputs.push(input.text());
    await write("stdout", "before\n");
    await goOn.next(25_000);
    await write("stdout", "after\n");
    log().warning("nearly done", { at: 1 });
    progress({ current: 3, total: 4 });
    return { done: true };
  };
  const runner = createRunner({ client: native, namespace, name: "native", slots: 4, handlers: { "*": handler } });
  await runner.start();
  const lines: string[] = [];
  const tailed = eventually(async () => expect((await runpack.detail(job)).body.status).toBe("in_progress")).then(() =>
    tail(job, lines),
  );
  await eventually(() => expect(lines).toEqual(["before"]));
  expect(await closedGate(job)).toBe(Gate_Type.STATE);
  const stream = await openEvents(`http://${window.addresses.http}/task-executor`, job);

  // While it runs, the others' workers and runners take their own work, and find none beside it.
  const claimTask = () => tasks("POST", "/api/v1/workers/old-worker/claim");
  const claimSiloJob = () => silo.call("POST", "/api/runner/claim", { token: siloRunner.token });
  expect((await claimTask()).body).toMatchObject({ id: task, status: "running", problem_id: kind });
  expect((await claimSiloJob()).body["job"]).toMatchObject({ id: siloJob, status: "claimed", definition_name: kind });
  expect([(await claimTask()).status, (await claimSiloJob()).status]).toEqual([204, 204]);
  const oldRunner = await runpack.register();
  const path = `/api/runner/jobs/available?types[]=${kind}`;
  expect((await runpack.call("GET", path, { key: runnerKey, runner: oldRunner })).body).toEqual({ jobs: [] });

  goOn.emit();
  await tailed;
  await stream.ended;
  await runner.stop(0);
  expect(lines).toEqual(["before", "after"]);
  const logged = stream.messages.filter(({ type }) => type === "log").map(({ entry }) => entry.message);
  expect(logged.toSorted()).toEqual(["after", "nearly done"]);
  expect(stream.messages.at(0)).toMatchObject({ type: "snapshot", task: { id: job, status: "running" } });
  expect(stream.messages.at(-1)).toMatchObject({ type: "end", task_id: job, status: "completed" });

  const { SUBMITTED, CLAIMED, STARTED, ENDED } = JobEventType;
  const events = await told;
  expect(events.map(({ type }) => type)).toEqual([SUBMITTED, CLAIMED, STARTED, ENDED]);
  expect(new Set(events.map(({ jobId }) => jobId))).toEqual(new Set([job]));
  expect(inputs).toEqual(['{"b":1,"a":[2]}']);
  expect(await closedGate(job)).toBe(Gate_Type.STATE);
  const { records } = await native.logs.readLog({
    ...{ stream: { namespace, jobId: job, attempt: 1 }, filter: { minLevel: LogLevel.WARNING } },
  });
  expect(records.map(({ entry }) => entry?.message)).toEqual(["nearly done"]);
  expect((await runpack.submit(kind, { a: [2], b: 1 })).body).toEqual({
    ...{ job_id: job, status: "completed", message: "Job already completed (cached result)" },
    result: { output_data: { done: true }, console_output: "before\nafter\n" },
  });

  const report = `/api/v1/workers/old-worker/tasks/${task}/complete`;
  expect((await tasks("POST", report, { by: "worker" })).status).toBe(200);
  const siloReport = { token: siloRunner.token, body: { result: { by: "runner" } } };
  expect((await silo.call("POST", `/api/runner/jobs/${siloJob}/complete`, siloReport)).status).toBe(200);
  const siloTold = await eventsUntil(siloEvents, ({ event }) => event === "job.completed");
  closing.abort();
  const ofJobs = siloTold.flatMap(({ data }) => (data["job"] === undefined ? [] : [data["job"] as { id: string }]));
  expect(new Set(ofJobs.map(({ id }) => id))).toEqual(new Set([siloJob]));
  await expectApart({ siloJob, task, job });
});

/** Nobody lists, counts, reads or ends what is another's. */
async function expectApart({ siloJob, task, job }: Record<"siloJob" | "task" | "job", string>): Promise<void> {
  const idsOf = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);
  const { body: listed } = await runpack.call("GET", "/api/admin/jobs", { key: adminKey });
  expect(listed).toMatchObject({ jobs: [{ job_id: job, status: "completed" }], total: 1 });
  expect((await runpack.call("GET", "/api/admin/stats", { key: adminKey })).body.jobs).toMatchObject({ total: 1 });
  expect(idsOf((await tasks("GET", "/api/v1/tasks")).body)).toEqual([task]);
  expect((await tasks("GET", "/api/v1/tasks/stats")).body).toMatchObject({ total_tasks: 1, completed_tasks: 1 });
  expect(idsOf((await silo.call("GET", "/api/jobs")).body as never)).toEqual([siloJob]);
  const touches: readonly (readonly [string, (id: string) => Promise<{ readonly status: number }>[]])[] = [
    [
      job,
      (id) => [
        runpack.call("GET", `/api/jobs/${id}`, { key: submitKey }),
        runpack.call("DELETE", `/api/admin/jobs/${id}`, { key: adminKey }),
      ],
    ],
    [task, (id) => [tasks("GET", `/api/v1/tasks/${id}`), tasks("POST", `/api/v1/tasks/${id}/cancel`)]],
    [siloJob, (id) => [silo.call("GET", `/api/jobs/${id}`), silo.call("POST", `/api/jobs/${id}/cancel`)]],
  ];
  for (const [own, touch] of touches) {
    for (const foreign of [job, task, siloJob].filter((id) => id !== own)) {
      expect((await Promise.all(touch(foreign))).map(({ status }) => status)).toEqual([404, 404]);
    }
  }
  expect(idsOf((await tasks("GET", "/api/v1/workers")).body)).toEqual(["old-worker"]);
  expect((await silo.call("GET", "/api/runners")).body).toMatchObject([{ jobs_completed: 1 }]);
  const { body: runners } = await runpack.call("GET", "/api/admin/runners", { key: adminKey });
  expect(runners.runners.map(({ name }: { name: string }) => name).toSorted()).toEqual(["native", "test"]);
}
