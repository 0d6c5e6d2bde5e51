import type { TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { System } from "../src/index.js";
import { runDialectCases } from "../../http-gateway/test/cases/dialect-cases.js";
import { processesWith } from "./proc.js";
import { answerOnce, restCaller } from "./rest-caller.js";
import { createSystemDatabase, startSystemOn } from "./test-system.js";

let database: TestDatabase;
let system: System;
const call = restCaller(() => `http://${system.addresses.http}/task-executor`);

beforeAll(async () => {
  database = await createSystemDatabase();
  system = await start({ NUM_INTERNAL_WORKERS: "2" });
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

const start = (env: Readonly<Record<string, string>>) =>
  startSystemOn(database, {
    ...{ MANAGED_RUNNERS: "0", TASK_EXECUTOR_COMMANDS: "allow", DIALECT_TASK_EXECUTOR_LISTEN: "127.0.0.1:0" },
    ...env,
  });
const pool = async () => (await call("GET", "/api/v1/workers/internal/status")).body;
const task = async (id: string) => (await call("GET", `/api/v1/tasks/${id}`)).body;
const scale = (count: number) => call("POST", `/api/v1/workers/internal/scale?num_workers=${count}`);
const becomes = async (id: string, status: string) => {
  const call = async () => ({ status: 200, headers: new Headers(), body: await task(id) });
  const { body } = await answerOnce(call, ({ body }) => body.status === status);
  expect(body.status).toBe(status);
  return body;
};

it("idle workers go first; a busy one that has to go gives its task back and ends its process", async () => {
  const marker = `switchyard-pool-${process.pid}`;
  const parameters = { command: ["bash", "-c", `exec -a ${marker} sleep 600`] };
  const { body } = await call("POST", "/api/v1/tasks", { problem_id: "long-1", parameters });
  const { worker_id: worker } = await becomes(body.id, "running");

  expect((await scale(1)).body).toMatchObject({ previous_count: 2, new_count: 1 });
  expect((await pool()).workers).toEqual([{ id: worker, status: "busy", current_task: body.id }]);
  expect(await task(body.id)).toMatchObject({ status: "running", worker_id: worker });

  expect((await scale(0)).body).toMatchObject({ previous_count: 1, new_count: 0 });
  // When the answer is there, all of it has happened.
  expect(processesWith(marker)).toEqual([]);
  expect(await task(body.id)).toMatchObject({ status: "pending", worker_id: null, started_at: null });
  const { body: warnings } = await call("GET", `/api/v1/tasks/${body.id}/logs?level=warning`);
  expect(warnings).toMatchObject([{ context: { worker_id: worker } }]);
  expect(warnings[0].message).toMatch(/^Task released/);

  await scale(1);
  await becomes(body.id, "running");
  expect((await call("POST", "/api/v1/workers/internal/stop")).body).toMatchObject({ stopped_count: 1 });
  expect(await task(body.id)).toMatchObject({ status: "pending", worker_id: null });
  expect((await call("POST", `/api/v1/tasks/${body.id}/cancel`)).status).toBe(200);
});

it("what was ordered last holds over a restart, whatever the environment begins with", async () => {
  expect((await scale(3)).body).toMatchObject({ new_count: 3 });
  await system.stop();
  system = await start({ NUM_INTERNAL_WORKERS: "1" });
  expect(await pool()).toMatchObject({ running: true, num_workers: 3 });

  await call("POST", "/api/v1/workers/internal/stop");
  await system.stop();
  system = await start({ NUM_INTERNAL_WORKERS: "1" });
  expect(await pool()).toMatchObject({ running: false, num_workers: 0, workers: [] });
  expect((await call("POST", "/api/v1/workers/internal/start")).body).toMatchObject({ worker_count: 3 });
  await scale(0);
});

it("orders at one time leave the pool as one of them says", async () => {
  const answers = await Promise.all([1, 4, 2, 3].map(scale));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const { num_workers: count } = await pool();
  expect([1, 2, 3, 4]).toContain(count);
  expect((await scale(0)).body).toMatchObject({ previous_count: count, new_count: 0 });
});

it("a pool that shall not start by itself waits for its first order", async () => {
  const other = await createSystemDatabase();
  const waiting = await startSystemOn(other, { MANAGED_RUNNERS: "0", AUTO_START_WORKERS: "false" });
  const ask = restCaller(() => `http://${waiting.addresses.http}/task-executor`);
  try {
    expect((await ask("GET", "/api/v1/workers/internal/status")).body).toMatchObject({
      running: false,
      num_workers: 0,
    });
    const started = await ask("POST", "/api/v1/workers/internal/start");
    expect(started.body).toMatchObject({ worker_count: 3, workers: 3 });
  } finally {
    await waiting.stop();
    await other.drop();
  }
});

describe("under the prefix", () => {
  const base = () => `http://${system.addresses.http}/task-executor`;
  runDialectCases({ dialect: "task-executor", baseUrl: base, only: ["pool"] });
});

describe("on a listener of its own", () => {
  const own = () => `http://${system.addresses.dialects["task-executor"]}`;
  runDialectCases({ dialect: "task-executor", baseUrl: own, only: ["pool"] });
});
