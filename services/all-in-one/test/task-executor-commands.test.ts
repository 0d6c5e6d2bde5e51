import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { processesWith } from "./proc.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "2", TASK_EXECUTOR_COMMANDS: "allow" });
});
afterAll(() => system.stop());

async function call(method: string, path: string, body?: object) {
  const options = body ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {};
  const response = await fetch(`http://${system.addresses.http}/task-executor/api/v1${path}`, { method, ...options });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const create = async (command: readonly string[]) => {
  const { status, body } = await call("POST", "/tasks", {
    problem_id: "command-1",
    parameters: { command, timeout: 900 },
  });
  expect(status).toBe(201);
  return body["id"] as string;
};

it("a task runs a real command, its output is in its log and its result", async () => {
  const id = await create(["sh", "-c", "echo out; echo err >&2"]);
  await eventually(async () => expect((await call("GET", `/tasks/${id}`)).body["status"]).toBe("completed"), {
    timeoutMs: 20_000,
  });
  const { body: task } = await call("GET", `/tasks/${id}`);
  expect(task["result"]).toMatchObject({ exitCode: 0, stdout: "out\n" });
  const { body } = await call("GET", `/tasks/${id}/logs`);
  const messages = (body as unknown as { message: string }[]).map(({ message }) => message);
  expect(messages).toEqual(expect.arrayContaining(["out", "err"]));
  expect(messages[0]).toMatch(/^Task created/);
  expect(messages.at(-1)).toMatch(/^Task completed successfully/);
});

it("cancelling a task ends its process", async () => {
  const marker = `switchyard-cancel-${process.pid}`;
  const id = await create(["bash", "-c", `exec -a ${marker} sleep 600`]);
  await eventually(async () => expect(processesWith(marker)).not.toEqual([]), { timeoutMs: 20_000 });
  const cancelled = await call("POST", `/tasks/${id}/cancel`);
  expect(cancelled).toMatchObject({ status: 200, body: { status: "cancelled", task_id: id } });
  await eventually(async () => expect(processesWith(marker)).toEqual([]), { timeoutMs: 10_000 });
  expect((await call("POST", `/tasks/${id}/cancel`)).status).toBe(409);
  // The worker is free for the next one.
  const next = await create(["true"]);
  await eventually(async () => expect((await call("GET", `/tasks/${next}`)).body["status"]).toBe("completed"), {
    timeoutMs: 20_000,
  });
});
