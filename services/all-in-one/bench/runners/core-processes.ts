import { createSwitchyardClient, type SwitchyardClient } from "@switchyard/client";
import { freePort, startProcess, type TestProcess } from "@switchyard/testkit";
import { migrateAll } from "../../src/index.js";

/** The services that runners need, each a process of its own on one database. */
export interface CoreProcesses {
  readonly gateway: TestProcess;
  readonly gatewayAddress: string;
  readonly client: SwitchyardClient;
  stop(): Promise<void>;
}

/** Starts scheduler, log store and one runner gateway. */
export async function startCoreProcesses(databaseUrl: string): Promise<CoreProcesses> {
  await migrateAll(databaseUrl);
  const processes: TestProcess[] = [];
  const address = { scheduler: "", "log-store": "", "runner-gateway": "" };
  for (const name of ["scheduler", "log-store", "runner-gateway"] as const) {
    address[name] = `127.0.0.1:${await freePort()}`;
    const started = await startProcess(`services/${name}/src/main.ts`, {
      ...{ NODE_ENV: "production", DATABASE_URL: databaseUrl, MIGRATE_AT_START: "off", LOG_LEVEL: "info" },
      ...{ GRPC_LISTEN: address[name], OPS_LISTEN: "127.0.0.1:0" },
      ...{ SCHEDULER_ADDRESS: address.scheduler, LOG_STORE_ADDRESS: address["log-store"] },
      // Renewed often enough to be seen in the figure, and not lost while a busy machine stands still.
      SCHEDULER_SHARD_LEASE_MS: "15s",
    });
    processes.push(started);
    await started.line(/"msg":"listening"/, 120_000);
  }
  const client = createSwitchyardClient({
    addresses: {
      scheduler: address.scheduler,
      logStore: address["log-store"],
      runnerGateway: address["runner-gateway"],
    },
  });
  return {
    gateway: processes.at(-1) as TestProcess,
    gatewayAddress: address["runner-gateway"],
    client,
    async stop() {
      client.close();
      for (const process of processes.reverse()) await process.end();
    },
  };
}
