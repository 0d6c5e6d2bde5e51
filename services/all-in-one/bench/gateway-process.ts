import { readFile } from "node:fs/promises";
import { freePort, startProcess } from "@switchyard/testkit";

/** A gateway that is a process of its own, so that what it takes is told from what the core takes. */
export interface GatewayProcess {
  /** Where its dialects are. */
  readonly url: string;
  /** What it takes at this moment. Linux only. */
  usage(): Promise<GatewayUsage>;
  stop(): Promise<void>;
}

/** What a process has of the machine. */
export interface GatewayUsage {
  /** Resident memory, in MiB. */
  readonly memoryMib: number;
  /** Processor time since its start, in seconds. */
  readonly cpuSeconds: number;
}

/** Clock ticks a second in `/proc`: 100 on every Linux that Node runs on. */
const ticks = 100;

/** Starts a gateway before a core. @param core `host:port` of all services */
export async function startGatewayProcess(
  core: string,
  env: Readonly<Record<string, string>> = {},
): Promise<GatewayProcess> {
  const listen = `127.0.0.1:${await freePort()}`;
  const gateway = await startProcess("services/http-gateway/src/main.ts", {
    ...{ NODE_ENV: "production", HTTP_LISTEN: listen, OPS_LISTEN: "127.0.0.1:0", LOG_LEVEL: "info" },
    ...{ SCHEDULER_ADDRESS: core, RUNNER_GATEWAY_ADDRESS: core, LOG_STORE_ADDRESS: core, CATALOG_ADDRESS: core },
    ...env,
  });
  await gateway.line(/"msg":"listening"/);
  return {
    url: `http://${listen}`,
    async usage() {
      const [status, stat] = await Promise.all(
        ["status", "stat"].map((name) => readFile(`/proc/${gateway.pid}/${name}`, "utf8")),
      );
      const kib = Number(/^VmRSS:\s+(\d+)/m.exec(status ?? "")?.[1]);
      // Behind the name in brackets: user time is the 12th, kernel time the 13th.
      const facts = (stat ?? "").replace(/^.*\) /s, "").split(" ");
      const [user = 0, kernel = 0] = facts.slice(11, 13).map(Number);
      return { memoryMib: Math.round(kib / 1024), cpuSeconds: (user + kernel) / ticks };
    },
    async stop() {
      await gateway.end();
    },
  };
}
