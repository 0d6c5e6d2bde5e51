import { randomUUID } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@switchyard/service-kit";
import { loadSystemConfig, type SystemConfig } from "../config.js";
import { startSystem, type System } from "../system.js";
import { runCachedJob } from "./cached-run.js";
import { runDialectTask } from "./dialect-task.js";
import { runNativeJob } from "./native-job.js";
import { createScreen } from "./screen.js";

// Starts the whole system on a database of its own, runs three real jobs, shows what happens, stops everything.
// Leaves nothing behind: neither processes nor files.

const screen = createScreen(process.stdout);
const startedAt = performance.now();
const runpackKeys = { submit: randomUUID(), runner: randomUUID() };
let system: System | undefined;
let dataDir: string | undefined;
let ending: Promise<void> | undefined;

/** A configuration of its own: free ports, temporary data, whatever the environment says. */
function demoConfig(directory: string): SystemConfig {
  const free = "127.0.0.1:0";
  const config = loadSystemConfig({
    HTTP_LISTEN: free,
    GRPC_LISTEN: free,
    OPS_LISTEN: free,
    TASK_EXECUTOR_COMMANDS: "allow",
    SUBMIT_API_KEY: runpackKeys.submit,
    RUNNER_API_KEY: runpackKeys.runner,
  });
  return { ...config, dataDir: directory, persistent: false };
}

function end(): Promise<void> {
  ending ??= (async () => {
    await system?.stop();
    if (dataDir) await rm(dataDir, { recursive: true, force: true });
  })();
  return ending;
}

async function run(): Promise<void> {
  screen.title("Starting Switchyard on an embedded PostgreSQL");
  dataDir = await mkdtemp(join(tmpdir(), "switchyard-demo-"));
  // When root runs the demo, the server runs as another user, who has to be able to enter.
  await chmod(dataDir, 0o755);
  const logger = createLogger({ name: "demo", level: process.env["LOG_LEVEL"] ?? "error" });
  system = await startSystem(demoConfig(dataDir), logger);
  const { grpc, http } = system.addresses;
  screen.line(`ready after ${seconds()} s: gRPC on ${grpc}, HTTP on http://${http}`);
  screen.title("A job over gRPC: checksum every file of this checkout");
  await runNativeJob(grpc, process.cwd(), screen);
  screen.title("A task over the task-executor REST dialect: count to five");
  await runDialectTask(http, screen);
  screen.title("A job over the runpack REST dialect, executed once and submitted twice: count primes");
  await runCachedJob(http, runpackKeys, screen);
  screen.title("Stopping");
}

function seconds(): string {
  return ((performance.now() - startedAt) / 1_000).toFixed(1);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void end().finally(() => process.exit(1));
  });
}

try {
  await run();
  await end();
  screen.line(`done in ${seconds()} s`);
} catch (error) {
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  await end().catch((failure: unknown) =>
    process.stderr.write(`It could not be stopped cleanly either: ${String(failure)}\n`),
  );
  process.exitCode = 1;
}
