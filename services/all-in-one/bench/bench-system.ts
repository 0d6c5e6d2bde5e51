import { chmod, mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createSwitchyardClient, type SwitchyardClient } from "@switchyard/client";
import { createLogger } from "@switchyard/service-kit";
import { loadSystemConfig, startSystem, type System } from "../src/index.js";

/** A system of a bench's own on an embedded PostgreSQL at full durability, and a client that reaches it over a socket. */
export interface BenchSystem {
  readonly system: System;
  readonly client: SwitchyardClient;
  stop(): Promise<void>;
}

/** Starts it; `env` says what differs from the defaults. */
export async function startBenchSystem(env: Readonly<Record<string, string>> = {}): Promise<BenchSystem> {
  const directory = await mkdtemp(join(tmpdir(), "switchyard-bench-"));
  await chmod(directory, 0o755);
  const free = "127.0.0.1:0";
  const config = loadSystemConfig({
    HTTP_LISTEN: free,
    GRPC_LISTEN: free,
    OPS_LISTEN: free,
    NUM_INTERNAL_WORKERS: "0",
    ...env,
  });
  const logger = createLogger({ name: "bench", level: process.env["LOG_LEVEL"] ?? "error" });
  const system = await startSystem({ ...config, dataDir: directory, persistent: false }, logger);
  const client = createSwitchyardClient({ address: system.addresses.grpc });
  return {
    system,
    client,
    async stop() {
      client.close();
      await system.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The value below which a share of the sorted values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Prints one figure as a line of JSON, with what it was measured on. */
export function report(figure: string, facts: Readonly<Record<string, unknown>>): void {
  const machine = { cores: cpus().length, node: process.version };
  process.stdout.write(`${JSON.stringify({ figure, ...facts, machine })}\n`);
}
