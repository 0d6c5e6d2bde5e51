import { afterAll, beforeAll } from "vitest";
import { runDialectCases } from "../../http-gateway/test/cases/dialect-cases.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// The dialect's conformance cases against the real system: gateway, core, database.
let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
});
afterAll(() => system.stop());

runDialectCases({ dialect: "task-executor", baseUrl: () => `http://${system.addresses.http}/task-executor` });
