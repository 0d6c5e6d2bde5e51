import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSystem, type TestSystem } from "../../../services/all-in-one/test/test-system.js";
import { runNode } from "../../test/run-node.js";

const program = join(import.meta.dirname, "../smoke-test.mjs");
const tokens = [{ name: "smoke", token: "a-smoke-test-token", scopes: ["submit", "read"], namespaces: "all" }];
let system: TestSystem;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
const smoke = (env: Record<string, string>) =>
  runNode([program], { SMOKE_TEST_URL: `http://${system.addresses.http}/rpc`, ...env });
const tokenFile = async (token: string) => {
  const path = join(directory.path, token);
  await writeFile(path, `${token}\n`);
  return path;
};

beforeAll(async () => {
  directory = await temporaryDirectory();
  system = await startTestSystem({ MANAGED_RUNNERS: "1", SWITCHYARD_TOKENS: JSON.stringify(tokens) });
});
afterAll(async () => {
  await system.stop();
  await directory.remove();
});

test("passes when a job has been accepted, run, and has ended", async () => {
  const { code, output } = await smoke({ SMOKE_TEST_TOKEN_FILE: await tokenFile("a-smoke-test-token") });
  expect(output).toContain("ended: JOB_STATE_SUCCEEDED");
  expect(code).toBe(0);
});

test("passes without runners when a job has been accepted and cancelled", async () => {
  const { code, output } = await smoke({
    SMOKE_TEST_TOKEN_FILE: await tokenFile("a-smoke-test-token"),
    SMOKE_TEST_NAMESPACE: "nobody-runs-here",
    SMOKE_TEST_WITHOUT_RUNNER: "true",
  });
  expect(output).toContain("ended: JOB_STATE_CANCELLED");
  expect(code).toBe(0);
});

test("fails at once with a token that is none", async () => {
  const { code, output } = await smoke({ SMOKE_TEST_TOKEN_FILE: await tokenFile("another-token") });
  expect(code).toBe(1);
  expect(output).toContain("401");
});

test("fails when the job does not end in time", async () => {
  const { code, output } = await smoke({
    SMOKE_TEST_TOKEN_FILE: await tokenFile("a-smoke-test-token"),
    SMOKE_TEST_NAMESPACE: "nobody-runs-here",
    SMOKE_TEST_SECONDS: "1",
  });
  expect(code).toBe(1);
  expect(output).toContain("the job is JOB_STATE_QUEUED and has not ended in time");
});
