import {
  type ClientTlsSettings,
  clientTlsSettings,
  durationMs,
  hostPort,
  hostPorts,
  loadConfig,
  text,
} from "@switchyard/service-kit";
import { loadWorkerSettings } from "./config.js";
import type { WorkerSettings } from "./settings.js";

const processEnvironment = {
  RUNNER_GATEWAY_ADDRESS: hostPorts().default(["127.0.0.1:7402"]),
  CATALOG_ADDRESS: hostPorts().default(["127.0.0.1:7404"]),
  PIPELINE_WORKER_NAME: text().default("pipeline-worker"),
  PIPELINE_WORKER_ID: text().optional(),
  PIPELINE_WORKER_TOKEN: text().optional(),
  OPS_LISTEN: hostPort().optional(),
  PIPELINE_WORKER_DRAIN: durationMs().default(30_000),
  ...clientTlsSettings,
};

/** What a worker that is a process of its own has to know besides. */
export interface WorkerProcessConfig {
  readonly settings: WorkerSettings;
  readonly runnerGatewayAddress: readonly string[];
  readonly catalogAddress: readonly string[];
  readonly name: string;
  /** Unset: the gateway makes one. */
  readonly runnerId: string | undefined;
  readonly token: string | undefined;
  /** `host:port` of probes and metrics; unset: they are not served. */
  readonly opsListen: string | undefined;
  /** How long running jobs may take at the end before they are given back, in milliseconds. */
  readonly drainMs: number;
  /** Files for TLS to the services; none set is plain text. */
  readonly tls: ClientTlsSettings;
}

/** Reads all that a process needs. @throws ConfigError with every problem at once */
export function loadWorkerProcessConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): WorkerProcessConfig {
  const values = loadConfig(processEnvironment, env);
  return {
    settings: loadWorkerSettings(env),
    runnerGatewayAddress: values.RUNNER_GATEWAY_ADDRESS,
    catalogAddress: values.CATALOG_ADDRESS,
    name: values.PIPELINE_WORKER_NAME,
    runnerId: values.PIPELINE_WORKER_ID,
    token: values.PIPELINE_WORKER_TOKEN,
    opsListen: values.OPS_LISTEN,
    drainMs: values.PIPELINE_WORKER_DRAIN,
    tls: values,
  };
}
