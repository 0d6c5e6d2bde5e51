import { freePort, startProcess, type TestProcess } from "@switchyard/testkit";
import type { TestSystem } from "../test-system.js";

/** A replica of the runner gateway in a process of its own, at an address that stays the same over its lives. */
export interface GatewayProcess {
  readonly address: string;
  /** Ends its life with SIGKILL and begins the next one. */
  killAndRestart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a replica beside those of a system. */
export async function startGatewayProcess(system: TestSystem): Promise<GatewayProcess> {
  const address = `127.0.0.1:${await freePort()}`;
  const start = async (): Promise<TestProcess> => {
    const started = await startProcess("services/runner-gateway/src/main.ts", {
      ...system.serviceEnv,
      ...{ DATABASE_URL: system.database.url, MIGRATE_AT_START: "off", LOG_LEVEL: "info" },
      ...{ GRPC_LISTEN: address, OPS_LISTEN: "127.0.0.1:0" },
    });
    await started.line(/"listening"/);
    return started;
  };
  let life = await start();
  return {
    address,
    async killAndRestart() {
      await life.end("SIGKILL");
      life = await start();
    },
    stop: async () => void (await life.end()),
  };
}
