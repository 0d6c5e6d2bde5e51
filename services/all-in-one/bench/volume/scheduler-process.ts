import { readFile } from "node:fs/promises";
import { createSwitchyardClient } from "@switchyard/client";
import { DispatchService } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { createClient, createGrpcTransport } from "@switchyard/rpc";
import { freePort, startProcess, type TestProcess } from "@switchyard/testkit";
import { processCpu } from "../scheduler/measure/cpu-time.js";
import type { SchedulerApi } from "./fill/patterns.js";

/** A scheduler that is a process of its own, reached through gRPC. */
export interface SchedulerProcess extends SchedulerApi {
  readonly process: TestProcess;
  /** From the start of the process until it owned its shard, as it says itself, ms. */
  readonly loadMs: number;
  /** Processor time that the process had used by then, all of its start included, ms: what the start would take on a machine with nothing else to do. */
  readonly startCpuMs: number;
  memory(): Promise<Memory>;
  /** Processor time of the process so far, ms. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

/** What a process has of memory, MiB. */
export interface Memory {
  readonly resident: number;
  /** The most that it ever had. */
  readonly peak: number;
  readonly heap: number;
  /** Typed arrays and buffers. */
  readonly external: number;
}

/** A start of a process, and where it will be. */
export interface Starting {
  readonly process: TestProcess;
  readonly address: string;
  readonly opsAddress: string;
}

/** Starts the process; does not wait for its shard. */
export async function spawnScheduler(
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Starting> {
  const address = `127.0.0.1:${await freePort()}`;
  const opsAddress = `127.0.0.1:${await freePort()}`;
  const process = await startProcess("services/scheduler/src/main.ts", {
    ...{
      NODE_ENV: "production",
      DATABASE_URL: databaseUrl,
      GRPC_LISTEN: address,
      OPS_LISTEN: opsAddress,
      LOG_LEVEL: "info",
    },
    // No bucket is dropped while something else is measured, and none is held up by a short lease on a machine that is busy.
    ...{
      SCHEDULER_HISTORY_INTERVAL_MS: "24h",
      SCHEDULER_RETENTION_DAYS: "30",
      SCHEDULER_SHARD_LEASE_MS: "300s",
      SCHEDULER_REPLICA_ID: "volume",
    },
    ...env,
  });
  return { process, address, opsAddress };
}

/** Starts a scheduler and waits until it answers. */
export async function startScheduler(
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<SchedulerProcess> {
  const starting = await spawnScheduler(databaseUrl, env);
  await starting.process.line(/"msg":"listening"/, 600_000);
  return connect(starting);
}

/** Clients of a scheduler that answers. */
export async function connect({ process, address, opsAddress }: Starting): Promise<SchedulerProcess> {
  const taken = await process.line(/"loadMs":(\d+)/, 600_000);
  const startCpuMs = (await processCpu(process.pid)) / 1_000;
  const client = createSwitchyardClient({ address });
  const dispatch = createClient(DispatchService, createGrpcTransport({ address }));
  return {
    process,
    loadMs: Number(taken[1]),
    startCpuMs,
    jobs: client.jobs,
    dispatch,
    cpuMs: async () => (await processCpu(process.pid)) / 1_000,
    memory: () => memoryOf(process.pid, opsAddress),
    async stop() {
      client.close();
      await process.end();
    },
  };
}

async function memoryOf(pid: number, opsAddress: string): Promise<Memory> {
  const [status, metrics] = await Promise.all([
    readFile(`/proc/${pid}/status`, "utf8"),
    fetch(`http://${opsAddress}/metrics`).then((answer) => answer.text()),
  ]);
  const mib = 1_024 * 1_024;
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]) / 1_024;
  const bytes = (name: string) => Number(new RegExp(`^${name} (\\S+)`, "m").exec(metrics)?.[1]) / mib;
  return {
    resident: kib("VmRSS"),
    peak: kib("VmHWM"),
    heap: bytes("nodejs_heap_size_used_bytes"),
    external: bytes("nodejs_external_memory_bytes"),
  };
}
