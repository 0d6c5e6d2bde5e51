import { createSwitchyardClient } from "@switchyard/client";
import { createTestAuthority, createTestDatabase, temporaryDirectory, writeTlsFiles } from "@switchyard/testkit";
import { expect, it } from "vitest";
import { startSystemOn, startTestSystem } from "./test-system.js";

const noRunners = { MANAGED_RUNNERS: "0", AUTO_START_WORKERS: "false", PIPELINE_WORKER: "false" };
const statusOf = async (url: string) => (await fetch(url)).status;

it("serves gRPC over TLS, and plain probes without RPC beside it", async () => {
  const directory = await temporaryDirectory();
  const authority = await createTestAuthority();
  const paths = await writeTlsFiles(directory.path, { ...(await authority.issue()), ca: authority.ca });
  const system = await startTestSystem({
    ...{ TLS_CERT_PATH: paths.cert, TLS_KEY_PATH: paths.key, TLS_CA_PATH: paths.ca, ...noRunners },
  });
  const { cert, key } = await authority.issue({ names: ["caller"] });
  const tls = { cert: Buffer.from(cert), key: Buffer.from(key), ca: Buffer.from(authority.ca) };
  const client = createSwitchyardClient({ address: system.addresses.grpc, tls });
  const plain = createSwitchyardClient({ address: system.addresses.grpc });
  const signal = AbortSignal.timeout(3_000);
  expect((await client.submit("default", { kind: "never.run" })).jobId).not.toBe("");
  await expect(plain.submit("default", { kind: "never.run" }, { signal })).rejects.toThrow();
  for (const open of [client, plain]) open.close();

  expect(system.secure).toEqual({ grpc: true, ops: false, http: false });
  const ops = `http://${system.addresses.ops}`;
  expect(await statusOf(`${ops}/readyz`)).toBe(200);
  expect(await statusOf(`${ops}/switchyard.scheduler.v1.JobService/GetStatus`)).toBe(404);
  await system.stop();
  await directory.remove();
});

it("is not ready, and goes on, for as long as it is told when it stops", async () => {
  const system = await startTestSystem({ STOP_PROPAGATION: "1s", ...noRunners });
  const began = performance.now();
  const stopped = system.stop();
  expect(await statusOf(`http://${system.addresses.ops}/readyz`)).toBe(503);
  expect(await statusOf(`http://${system.addresses.http}/docs`)).toBe(200);
  await stopped;
  expect(performance.now() - began).toBeGreaterThan(900);
});

it("refuses schemas that are not there where it may not migrate", async () => {
  const database = await createTestDatabase({ templateKey: "empty", migrate: async () => undefined });
  await expect(startSystemOn(database, { MIGRATE_AT_START: "off" })).rejects.toThrow(/lacks 0001-core/);
  await database.drop();
});
