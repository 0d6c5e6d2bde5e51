import { randomBytes } from "node:crypto";
import type { HttpGateway } from "@switchyard/http-gateway";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReplica } from "./gateway-replica.js";
import { type RestAnswer, restCaller } from "./rest-caller.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// Two gateways over one core: which task a worker gets must not depend on which of them it asks.
let system: TestSystem;
let second: HttpGateway;
const callers = [
  restCaller(() => `http://${system.addresses.http}/task-executor`),
  restCaller(() => `http://${second.addresses.http}/task-executor`),
] as const;
const [one, other] = callers;

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
  second = await startReplica(system);
});
afterAll(async () => {
  await second.stop();
  await system.stop();
});

/** A backend that only the workers of this test have. */
const newBackend = () => `b${randomBytes(5).toString("hex")}`;

/** Registers workers, each through the gateway that it will ask. */
async function register(backend: string, count: number, parallelTasks = 1): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `${backend}-${index}`);
  const capabilities = { max_parallel_tasks: parallelTasks };
  const bodies = ids.map((worker_id) => ({ worker_id, backend_type: backend, capabilities }));
  const answers = await Promise.all(bodies.map((body, n) => callerOf(n)("POST", "/api/v1/workers/register", body)));
  expect(answers.map(({ status }) => status)).toEqual(Array(count).fill(201));
  return ids;
}

const callerOf = (index: number) => callers[index % 2 === 0 ? 0 : 1];
const create = async (backend: string) =>
  (await one("POST", "/api/v1/tasks", { problem_id: "p", parameters: { backend_type: backend } })).body.id as string;
/** Claims of all of these workers at once, every second one through the other gateway. */
const claimAtOnce = (workers: readonly string[]): Promise<RestAnswer[]> =>
  Promise.all(workers.map((worker, index) => callerOf(index)("POST", `/api/v1/workers/${worker}/claim`)));
const won = (answers: readonly RestAnswer[]) => answers.filter(({ status }) => status === 200);

describe("parallel claims through two gateways", () => {
  it("of one task by twenty workers have one winner", async () => {
    const backend = newBackend();
    const workers = await register(backend, 20);
    const task = await create(backend);
    const answers = await claimAtOnce(workers);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(204)]);
    const winner = workers[answers.findIndex(({ status }) => status === 200)];
    expect(won(answers)[0]?.body).toMatchObject({ id: task, status: "running", worker_id: winner });
    for (const call of callers) {
      expect((await call("GET", `/api/v1/tasks/${task}`)).body).toMatchObject({ status: "running", worker_id: winner });
    }
    // Only the winner may report, through whichever gateway.
    const reports = await Promise.all(
      workers.map((worker, n) => callerOf(n + 1)("POST", `/api/v1/workers/${worker}/tasks/${task}/complete`, {})),
    );
    expect(reports.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
    expect((await other("GET", `/api/v1/tasks/${task}`)).body).toMatchObject({
      status: "completed",
      worker_id: winner,
    });
  });

  it("of ten tasks by twenty workers give each task away once", async () => {
    const backend = newBackend();
    const workers = await register(backend, 20);
    const tasks = await Promise.all(Array.from({ length: 10 }, () => create(backend)));
    const claimed = won(await claimAtOnce(workers)).map(({ body }) => body.id as string);
    expect(claimed.sort()).toEqual(tasks.sort());
  });

  it("of one worker never exceed what it may hold", async () => {
    const backend = newBackend();
    const [worker = ""] = await register(backend, 1, 3);
    await Promise.all(Array.from({ length: 6 }, () => create(backend)));
    const answers = await claimAtOnce(Array<string>(20).fill(worker));
    expect(won(answers)).toHaveLength(3);
    expect((await other("GET", `/api/v1/tasks?worker_id=${worker}&status=running`)).body).toHaveLength(3);
  });
});
