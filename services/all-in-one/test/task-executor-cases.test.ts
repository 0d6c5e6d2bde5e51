import { afterAll, beforeAll, describe } from "vitest";
import { runDialectCases } from "../../http-gateway/test/cases/dialect-cases.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// The dialect's conformance cases against the real system: gateway, core, database.
// The pool would take the tasks of the other cases; its own are in task-executor-pool.test.ts.
const except = ["pool"];
let system: TestSystem;

beforeAll(async () => {
  const own = { DIALECT_TASK_EXECUTOR_LISTEN: "127.0.0.1:0" };
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", ...own });
});
afterAll(() => system.stop());

describe("under the prefix", () => {
  runDialectCases({ dialect: "task-executor", baseUrl: () => `http://${system.addresses.http}/task-executor`, except });
});

describe("on a listener of its own", () => {
  const own = () => `http://${system.addresses.dialects["task-executor"]}`;
  runDialectCases({ dialect: "task-executor", baseUrl: own, except, slice: true });
});
