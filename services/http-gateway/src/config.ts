import {
  durationMs,
  hostPort,
  hostPorts,
  loadConfig,
  type ServiceTlsSettings,
  serviceTlsSettings,
  stopSettings,
  text,
} from "@switchyard/service-kit";
import { z } from "zod";
import type { DialectConfigs } from "./dialects/index.js";
import { janitorConfig, janitorEnvironment } from "./dialects/janitor/config.js";
import { pipelineConfig, pipelineEnvironment } from "./dialects/pipeline/config.js";
import { runpackConfig, runpackEnvironment } from "./dialects/runpack/config.js";
import { siloConfig, siloEnvironment } from "./dialects/silo/config.js";
import { taskExecutorConfig, taskExecutorEnvironment } from "./dialects/task-executor/config.js";
import { checkPublicSettings, publicSettings, type PublicTlsFiles, publicTlsFiles } from "./http/public-settings.js";

/** Settings of the gateway. */
export interface HttpGatewayConfig {
  /** `host:port` of the main listener: pages, `/rpc`, every dialect under its prefix. */
  readonly httpListen: string;
  /** `host:port` of probes and metrics. */
  readonly opsListen: string;
  /** Whether, and whose, `X-Forwarded-*` headers are believed. */
  readonly trustProxy: boolean | string;
  /** Deadline of a call to the core, in milliseconds. */
  readonly coreTimeoutMs: number;
  /** How long requests in flight may take at the end, in milliseconds. */
  readonly graceMs: number;
  /** How long the listeners stay open at the end while the gateway is not ready, in milliseconds. */
  readonly propagationMs: number;
  /** The certificate of the public listeners; undefined: plain text, as behind an ingress. */
  readonly tls: PublicTlsFiles | undefined;
  /** Origins whose pages may call `/rpc` and the dialects that say nothing about them; `*` is every one. */
  readonly corsOrigins: readonly string[];
  readonly dialects: DialectConfigs;
}

/** `host:port` of each replica of the core, for a gateway that runs as a process of its own. */
export interface CoreAddresses {
  readonly scheduler: readonly string[];
  readonly runnerGateway: readonly string[];
  readonly logStore: readonly string[];
  readonly catalog: readonly string[];
  /** Token of the gateway's own calls, where the core asks for one. */
  readonly serviceToken: string | undefined;
  /** Files for TLS to the core; none set is plain text. */
  readonly tls: ServiceTlsSettings;
}

const environment = {
  HTTP_LISTEN: hostPort().default("127.0.0.1:8080"),
  TRUST_PROXY: text().optional(),
  HTTP_GATEWAY_CORE_TIMEOUT_MS: durationMs().default(15_000),
  HTTP_GATEWAY_GRACE_MS: durationMs().default(20_000),
  ...publicSettings,
  ...stopSettings,
};

const addresses = {
  SCHEDULER_ADDRESS: hostPorts().default(["127.0.0.1:7401"]),
  RUNNER_GATEWAY_ADDRESS: hostPorts().default(["127.0.0.1:7402"]),
  LOG_STORE_ADDRESS: hostPorts().default(["127.0.0.1:7403"]),
  CATALOG_ADDRESS: hostPorts().default(["127.0.0.1:7404"]),
  SWITCHYARD_SERVICE_TOKEN: z.string().optional(),
  ...serviceTlsSettings,
};

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads the gateway's settings.
 *
 * @param defaultOpsListen the operations port where `OPS_LISTEN` names none; a process that serves it elsewhere passes its own
 * @throws ConfigError with every problem at once
 */
export function loadHttpGatewayConfig(env: Env = process.env, defaultOpsListen = "127.0.0.1:7485"): HttpGatewayConfig {
  const dialects = {
    ...taskExecutorEnvironment,
    ...runpackEnvironment,
    ...siloEnvironment,
    ...janitorEnvironment,
    ...pipelineEnvironment,
  };
  const shape = { ...environment, ...dialects, OPS_LISTEN: hostPort().default(defaultOpsListen) };
  const values = loadConfig(shape, env, (config, problem) => {
    checkHostNames(config, problem);
    checkPublicSettings(config, problem);
  });
  const trustProxy = trustOf(values.TRUST_PROXY);
  return {
    httpListen: values.HTTP_LISTEN,
    opsListen: values.OPS_LISTEN,
    trustProxy,
    coreTimeoutMs: values.HTTP_GATEWAY_CORE_TIMEOUT_MS,
    graceMs: values.HTTP_GATEWAY_GRACE_MS,
    propagationMs: values.STOP_PROPAGATION,
    tls: publicTlsFiles(values),
    corsOrigins: values.HTTP_CORS_ORIGINS,
    dialects: {
      taskExecutor: taskExecutorConfig(values),
      runpack: runpackConfig(values, trustProxy),
      silo: siloConfig(values),
      janitor: janitorConfig(values, values.HTTP_LISTEN),
      pipeline: pipelineConfig(values),
    },
  };
}

/** Reports host names that would lead to two dialects. */
function checkHostNames(values: object, problem: (variable: string, text: string) => void): void {
  const taken = new Map<unknown, string>();
  for (const [variable, name] of Object.entries(values)) {
    if (!/^DIALECT_\w+_HOSTNAME$/.test(variable) || name === undefined) continue;
    const other = taken.get(name);
    if (other === undefined) taken.set(name, variable);
    else problem(variable, `is the same name as ${other}`);
  }
}

/** Reads where the core is, and how its calls and the operations listener are encrypted. */
export function loadCoreAddresses(env: Env = process.env): CoreAddresses {
  const values = loadConfig(addresses, env);
  return {
    scheduler: values.SCHEDULER_ADDRESS,
    runnerGateway: values.RUNNER_GATEWAY_ADDRESS,
    logStore: values.LOG_STORE_ADDRESS,
    catalog: values.CATALOG_ADDRESS,
    serviceToken: values.SWITCHYARD_SERVICE_TOKEN,
    tls: values,
  };
}

/** `true` and `false` in their usual spellings, else addresses and networks of the proxies, separated by commas. */
function trustOf(value: string | undefined): boolean | string {
  if (value === undefined || /^(?:false|0|no|off)$/i.test(value)) return false;
  return /^(?:true|1|yes|on)$/i.test(value) ? true : value;
}
