import { afterAll, beforeAll, describe } from "vitest";
import { runDialectCases } from "../../http-gateway/test/cases/dialect-cases.js";
import { siloTokens } from "./silo-calls.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

const host = "silo.example.org";
// The dialect's conformance cases against the real system: gateway, core, database.
let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" },
    ...{ DIALECT_SILO_LISTEN: "127.0.0.1:0", DIALECT_SILO_HOSTNAME: host, SILO_TOKENS: siloTokens },
  });
});
afterAll(() => system.stop());

describe("under the prefix", () => {
  runDialectCases({ dialect: "silo", baseUrl: () => `http://${system.addresses.http}/silo` });
});

describe("on a listener of its own", () => {
  runDialectCases({ dialect: "silo", baseUrl: () => `http://${system.addresses.dialects["silo"]}`, slice: true });
});

describe("at a host name of its own", () => {
  runDialectCases({ dialect: "silo", baseUrl: () => `http://${system.addresses.http}`, host, slice: true });
});
