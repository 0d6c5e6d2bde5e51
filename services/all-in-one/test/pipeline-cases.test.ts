import { afterAll, beforeAll, describe } from "vitest";
import { runDialectCases } from "../../http-gateway/test/cases/dialect-cases.js";
import { pipelineSecret } from "./pipeline-calls.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

const host = "pipeline.example.org";
// The dialect's conformance cases against the real system: gateway, core, database, and the worker, which has no LLM here.
let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", RUNNER_API_SECRET: pipelineSecret },
    ...{ DIALECT_PIPELINE_LISTEN: "127.0.0.1:0", DIALECT_PIPELINE_HOSTNAME: host, PIPELINE_BUDGET_USD: "25" },
    // Nobody outside is asked: nothing listens there.
    ...{ HIMALAYAS_API_URL: "http://127.0.0.1:9/", LINKEDIN_BASE_URL: "http://127.0.0.1:9/" },
    CORS_ORIGINS: "https://page.example.org,https://other.example.org",
  });
});
afterAll(() => system.stop());

const variables = { token: pipelineSecret };

describe("under the prefix", () => {
  runDialectCases({ dialect: "pipeline", baseUrl: () => `http://${system.addresses.http}/pipeline`, variables });
});

describe("on a listener of its own", () => {
  const baseUrl = () => `http://${system.addresses.dialects["pipeline"]}`;
  runDialectCases({ dialect: "pipeline", baseUrl, variables, slice: true });
});

describe("at a host name of its own", () => {
  runDialectCases({
    dialect: "pipeline",
    baseUrl: () => `http://${system.addresses.http}`,
    host,
    variables,
    slice: true,
  });
});
