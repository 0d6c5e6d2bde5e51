import { jsonPayload, type SwitchyardClient } from "@switchyard/client";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runDialectCases } from "../../../http-gateway/test/cases/dialect-cases.js";
import { restCaller } from "../rest-caller.js";
import { eventsUntil, openEvents as openSiloEvents, siloCalls, siloTokens } from "../silo-calls.js";
import { openEvents } from "../task-streams.js";
import { createSystemDatabase } from "../test-system.js";
import { rollThrough } from "./roll-through.js";
import { type SplitSystem, startSplitSystem } from "./split-system.js";

// A slice of what `npm run test:split` does whole: services that are processes of their own, two of most, TLS between all of them,
// and users who meet now the one gateway and now the other.
const runners = { MANAGED_RUNNERS: "1", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "off" };
let database: TestDatabase;
let system: SplitSystem;
let client: SwitchyardClient;

beforeAll(async () => {
  database = await createSystemDatabase();
  system = await startSplitSystem(database, { ...runners, SILO_TOKENS: siloTokens });
  client = system.openClient();
});
afterAll(async () => {
  client?.close();
  await system?.stop();
  await database?.drop();
});

/** The two gateways, each for itself. */
const [first, second] = [0, 1].map((index) => () => `http://${system.gateways[index]}`) as [() => string, () => string];

describe("jobs", () => {
  it("are submitted, run, followed and read through whichever replica comes next", async () => {
    const input = jsonPayload({ command: ["sh", "-c", "echo one; echo two"] });
    const jobs = await Promise.all([1, 2, 3, 4].map(() => client.submit("default", { kind: "shell.run", input })));
    for (const { jobId } of jobs) {
      const lines: string[] = [];
      for await (const { entry } of client.followLog({ namespace: "default", jobId })) lines.push(entry?.message ?? "");
      expect(lines).toEqual(["one", "two"]);
      expect((await client.waitForJob("default", jobId)).state).toBe(JobState.SUCCEEDED);
    }
  });
});

describe("a task", () => {
  it("is made through one gateway, done through the other, and followed through both", async () => {
    const [here, there] = [first, second].map((base) => restCaller(() => `${base()}/task-executor/api/v1`)) as [
      ReturnType<typeof restCaller>,
      ReturnType<typeof restCaller>,
    ];
    const { body: task } = await here("POST", "/tasks", { problem_id: "p", parameters: { backend_type: "none" } });
    const streams = await Promise.all([first, second].map((base) => openEvents(`${base()}/task-executor`, task.id)));
    const worker = { worker_id: "w", backend_type: "none" };
    expect((await there("POST", "/workers/register", worker)).status).toBe(201);
    expect((await there("POST", "/workers/w/claim")).body).toMatchObject({ id: task.id, status: "running" });
    expect((await here("GET", "/workers/w")).body).toMatchObject({ status: "busy", current_task_id: task.id });
    expect((await here("POST", `/workers/w/tasks/${task.id}/complete`, { answer: 42 })).status).toBe(200);
    expect((await there("GET", `/tasks/${task.id}`)).body).toMatchObject({
      status: "completed",
      result: { answer: 42 },
    });
    expect((await there("GET", "/workers/w")).body).toMatchObject({ status: "idle", tasks_completed: 1 });
    for (const { messages, ended } of streams) {
      await ended;
      expect(messages.at(-1)).toMatchObject({ type: "end", status: "completed" });
    }
  });
});

describe("a silo job", () => {
  it("is told about by the one gateway as it goes on at the other", async () => {
    const [here, there] = [siloCalls(() => `${first()}/silo`), siloCalls(() => `${second()}/silo`)];
    const closing = new AbortController();
    const events = await openSiloEvents(`${first()}/silo/api/events`, { signal: closing.signal });
    const tag = await here.define();
    const { token } = await there.makeRunner(tag);
    const job = await here.makeJob(tag);
    expect((await there.call("POST", "/api/runner/claim", { token })).body["job"]).toMatchObject({ id: job });
    expect((await there.call("POST", `/api/runner/jobs/${job}/complete`, { token, body: {} })).status).toBe(200);
    const told = await eventsUntil(events, ({ event }) => event === "job.completed");
    closing.abort();
    const ofJobs = told.map(({ event }) => event).filter((event) => event.startsWith("job."));
    expect(ofJobs).toEqual(["job.created", "job.claimed", "job.completed"]);
    expect(await here.messages(job)).toEqual(await there.messages(job));
  });
});

describe("gateways in turn", () => {
  runDialectCases({
    ...{ dialect: "task-executor", slice: true, only: ["tasks", "workers", "validation"] },
    baseUrl: () => `http://${system.addresses.http}/task-executor`,
  });
});

describe("a restart of one replica after the other", () => {
  it("is noticed by no client, and loses and doubles nothing", { timeout: 120_000 }, async () => {
    const restarted = ["runner-gateway", "scheduler"];
    const processes = restarted.flatMap((name) => system.processes.find(({ part }) => part === name) ?? []);
    expect(processes).toHaveLength(restarted.length);
    console.info(await rollThrough(system, { processes, rate: 20, pauseMs: 500 }));
  });
});
