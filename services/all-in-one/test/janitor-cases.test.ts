import { afterAll, beforeAll, describe } from "vitest";
import { runDialectCases } from "../../http-gateway/test/cases/dialect-cases.js";
import { startReplica } from "./gateway-replica.js";
import { janitorSettings } from "./janitor-settings.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

const host = "janitor.example.org";
const adminToken = "operators-token";
// The dialect's conformance cases against the real system: gateway, core, database.
let system: TestSystem;
let guarded: Awaited<ReturnType<typeof startReplica>>;

beforeAll(async () => {
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", ...janitorSettings },
    ...{ DIALECT_JANITOR_LISTEN: "127.0.0.1:0", DIALECT_JANITOR_HOSTNAME: host },
  });
  guarded = await startReplica(system, { ...janitorSettings, JANITOR_ADMIN_TOKEN: adminToken });
});
afterAll(async () => {
  await guarded.stop();
  await system.stop();
});

const except = ["auth"];

describe("under the prefix", () => {
  runDialectCases({ dialect: "janitor", baseUrl: () => `http://${system.addresses.http}/janitor`, except });
});

describe("on a listener of its own", () => {
  const baseUrl = () => `http://${system.addresses.dialects["janitor"]}`;
  runDialectCases({ dialect: "janitor", baseUrl, except, slice: true });
});

describe("at a host name of its own", () => {
  runDialectCases({ dialect: "janitor", baseUrl: () => `http://${system.addresses.http}`, except, host, slice: true });
});

describe("with an operator's token", () => {
  const baseUrl = () => `http://${guarded.addresses.http}/janitor`;
  runDialectCases({ dialect: "janitor", baseUrl, only: ["auth"], variables: { adminToken } });
});
