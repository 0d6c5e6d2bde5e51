import { readFile } from "node:fs/promises";
import { createSwitchyardClient, type SwitchyardClient } from "@switchyard/client";
import { freePort, startProcess } from "@switchyard/testkit";
import { migrateAll } from "../../src/index.js";
import { processCpu } from "../scheduler/measure/cpu-time.js";

/** A log store that is a process of its own, reached through gRPC. */
export interface LogProcess {
  readonly address: string;
  readonly logs: SwitchyardClient["logs"];
  readonly client: SwitchyardClient;
  /** Resident memory in MiB: now, and the most that it ever was. */
  memory(): Promise<{ readonly now: number; readonly peak: number }>;
  /** Processor time so far, ms. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a log store on a database of its own. */
export async function startLogProcess(databaseUrl: string): Promise<LogProcess> {
  await migrateAll(databaseUrl);
  const address = `127.0.0.1:${await freePort()}`;
  const process = await startProcess("services/log-store/src/main.ts", {
    ...{ NODE_ENV: "production", DATABASE_URL: databaseUrl, MIGRATE_AT_START: "off", LOG_LEVEL: "info" },
    // A thousand followers are one caller here.
    ...{ GRPC_LISTEN: address, OPS_LISTEN: "127.0.0.1:0", CALLS_IN_FLIGHT: "20000" },
  });
  await process.line(/"msg":"listening"/, 60_000);
  const client = createSwitchyardClient({ address });
  return {
    address,
    client,
    logs: client.logs,
    cpuMs: async () => (await processCpu(process.pid)) / 1_000,
    async memory() {
      const status = await readFile(`/proc/${process.pid}/status`, "utf8");
      const mib = (name: string) =>
        Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]) / 1_024);
      return { now: mib("VmRSS"), peak: mib("VmHWM") };
    },
    async stop() {
      client.close();
      await process.end();
    },
  };
}
