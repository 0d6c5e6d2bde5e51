import { afterAll, beforeAll, describe } from "vitest";
import { runDialectCases } from "../../http-gateway/test/cases/dialect-cases.js";
import { runpackKeys, runpackVariables } from "./runpack.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

const host = "runpack.example.org";
// The dialect's conformance cases against the real system: gateway, core, database.
let system: TestSystem;

beforeAll(async () => {
  const listen = { DIALECT_RUNPACK_LISTEN: "127.0.0.1:0", DIALECT_RUNPACK_HOSTNAME: host, TRUST_PROXY: "true" };
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", ...listen, ...runpackKeys });
});
afterAll(() => system.stop());

const cases = { dialect: "runpack", variables: runpackVariables };

describe("under the prefix", () => {
  runDialectCases({ ...cases, baseUrl: () => `http://${system.addresses.http}/runpack` });
});

describe("on a listener of its own", () => {
  runDialectCases({ ...cases, baseUrl: () => `http://${system.addresses.dialects["runpack"]}`, slice: true });
});

describe("at a host name of its own", () => {
  runDialectCases({ ...cases, baseUrl: () => `http://${system.addresses.http}`, host, slice: true });
});
