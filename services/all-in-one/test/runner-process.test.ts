import { once } from "node:events";
import { startProcess, type TestProcess } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cliFor } from "./cli-run.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

const namespace = "fleet";
let system: TestSystem;

beforeAll(async () => {
  const root = { name: "root", token: "root-token", scopes: ["admin"], namespaces: "all" };
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "false" },
    SWITCHYARD_TOKENS: JSON.stringify([root]),
  });
});
afterAll(() => system?.stop());

/** Starts a program that takes jobs. @returns it, and the code that it will end with */
async function start(service: string, env: Readonly<Record<string, string>>) {
  const { grpc } = system.addresses;
  const program: TestProcess = await startProcess(`services/${service}/src/main.ts`, {
    ...{ RUNNER_GATEWAY_ADDRESS: grpc, CATALOG_ADDRESS: grpc, RUNNER_NAMESPACE: namespace, ...env },
  });
  return { program, ended: once(program.child, "exit").then(([code]: unknown[]) => code) };
}

it.each([
  ["runner", "RUNNER", namespace],
  ["pipeline-worker", "PIPELINE_WORKER", "pipeline"],
])("%s ends with 0 when it has been drained, and with 1 when it is refused", async (service, prefix, place) => {
  const taken = await start(service, { [`${prefix}_TOKEN`]: "root-token", [`${prefix}_ID`]: `${service}-1` });
  await taken.program.line(/"msg":"registered"/);
  const cli = cliFor({
    SWITCHYARD_ADDRESS: system.addresses.grpc,
    SWITCHYARD_TOKEN: "root-token",
    SWITCHYARD_NAMESPACE: place,
  });
  await cli.done("runners", "drain", `${service}-1`);
  expect(await taken.ended, taken.program.output()).toBe(0);

  const refused = await start(service, { [`${prefix}_TOKEN`]: "nobody's" });
  expect(await refused.ended, refused.program.output()).toBe(1);
});
