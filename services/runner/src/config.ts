import { hostname } from "node:os";
import {
  type ClientTlsSettings,
  clientTlsSettings,
  durationMs,
  hostPort,
  hostPorts,
  integer,
  list,
  loadConfig,
  text,
} from "@switchyard/service-kit";
import { z } from "zod";
import type { KubernetesSettings } from "./executors/kubernetes/settings.js";
import { kubernetesEnvironment, kubernetesSettings } from "./kubernetes-config.js";
import { pairsOf } from "./pairs.js";

const environment = {
  RUNNER_GATEWAY_ADDRESS: hostPorts().default(["127.0.0.1:7402"]),
  RUNNER_NAMESPACE: text().default("default"),
  RUNNER_NAME: text().default(hostname()),
  RUNNER_ID: text().optional(),
  RUNNER_POOL_SIZE: integer({ max: 50 }).optional(),
  RUNNER_POOL_NAMES: text().optional(),
  RUNNER_SLOTS: integer({ min: 1, max: 1_000 }).default(1),
  RUNNER_PROFILE: z.enum(["process", "parameter-command", "kubernetes", "file"]).default("process"),
  RUNNER_EXECUTORS_PATH: text().optional(),
  RUNNER_KINDS: list().optional(),
  RUNNER_QUEUES: list().default([]),
  RUNNER_LABELS: list().default([]),
  RUNNER_TOKEN: text().optional(),
  RUNNER_WORK_DIR: text().optional(),
  OPS_LISTEN: hostPort().optional(),
  RUNNER_DRAIN: durationMs().default(30_000),
  ...clientTlsSettings,
  TASK_EXECUTOR_COMMANDS: z.enum(["allow", "deny"]).default("deny"),
  RUNNER_POD_NAME: text().optional(),
  RUNNER_POD_NAMESPACE: text().optional(),
  ...kubernetesEnvironment,
};

/** Settings of a process that keeps a managed pool. */
export interface PoolConfig {
  /** Runners to begin with; from then on what is ordered holds. */
  readonly size: number;
  /** Name and id of the runner with a number, from 1. */
  readonly nameOf: (number: number) => string;
}

/** Settings of a runner process. */
export interface RunnerConfig {
  /** `host:port` of each replica of the runner gateway. */
  readonly gatewayAddress: readonly string[];
  readonly namespace: string;
  readonly name: string;
  /** Unset: the gateway makes one. */
  readonly runnerId: string | undefined;
  /** A pool of runners in this process instead of one. */
  readonly pool: PoolConfig | undefined;
  readonly slots: number;
  readonly profile: "process" | "parameter-command" | "kubernetes" | "file";
  /** Of the profile `file`: where its executors are. */
  readonly executorsPath: string | undefined;
  /** Unset: those of the profile. */
  readonly kinds: readonly string[] | undefined;
  readonly queues: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly token: string | undefined;
  readonly workDir: string | undefined;
  /** `host:port` of probes and metrics; unset: they are not served. */
  readonly opsListen: string | undefined;
  /** How long running jobs may take at the end before they are given back, in milliseconds. */
  readonly drainMs: number;
  /** Files for TLS to the gateway; none set is plain text. */
  readonly tls: ClientTlsSettings;
  /** Run commands that callers put into parameters. */
  readonly allowCommands: boolean;
  /** The pod that this process runs in. */
  readonly pod: { readonly name: string; readonly namespace: string } | undefined;
  /** Of the profile `kubernetes`; undefined with another one. */
  readonly kubernetes: KubernetesSettings | undefined;
  /** A kubeconfig; unset: found as kubectl does. */
  readonly kubeconfigPath: string | undefined;
}

/**
 * Reads the settings of a runner.
 *
 * @throws ConfigError with every problem at once
 */
export function loadRunnerConfig(env: Readonly<Record<string, string | undefined>> = process.env): RunnerConfig {
  const values = loadConfig(environment, env, (config, problem) => {
    for (const label of config.RUNNER_LABELS) {
      if (label.startsWith("=")) problem("RUNNER_LABELS", `${JSON.stringify(label)} has no name`);
    }
    const pattern = config.RUNNER_POOL_NAMES;
    if (pattern !== undefined && !numberPlace.test(pattern))
      problem("RUNNER_POOL_NAMES", "expected {n} somewhere in it");
    if (pattern !== undefined && config.RUNNER_POOL_SIZE === undefined)
      problem("RUNNER_POOL_NAMES", "needs RUNNER_POOL_SIZE");
    if (config.RUNNER_POD_NAME !== undefined && config.RUNNER_POD_NAMESPACE === undefined)
      problem("RUNNER_POD_NAMESPACE", "is needed with RUNNER_POD_NAME");
    if ((config.RUNNER_PROFILE === "file") !== (config.RUNNER_EXECUTORS_PATH !== undefined))
      problem("RUNNER_EXECUTORS_PATH", "goes with the profile file, which needs it: a YAML or JSON file of executors");
    if (config.RUNNER_PROFILE === "kubernetes" && config.KUBERNETES_IMAGES.length === 0)
      problem(
        "KUBERNETES_IMAGES",
        "is needed by the profile kubernetes: globs of the images that jobs may run, * for all",
      );
  });
  return {
    gatewayAddress: values.RUNNER_GATEWAY_ADDRESS,
    namespace: values.RUNNER_NAMESPACE,
    name: values.RUNNER_NAME,
    runnerId: values.RUNNER_ID,
    pool:
      values.RUNNER_POOL_SIZE === undefined
        ? undefined
        : { size: values.RUNNER_POOL_SIZE, nameOf: numbered(values.RUNNER_POOL_NAMES ?? `${values.RUNNER_NAME}-{n}`) },
    slots: values.RUNNER_SLOTS,
    profile: values.RUNNER_PROFILE,
    executorsPath: values.RUNNER_EXECUTORS_PATH,
    kinds: values.RUNNER_KINDS,
    queues: values.RUNNER_QUEUES,
    labels: pairsOf(values.RUNNER_LABELS),
    token: values.RUNNER_TOKEN,
    workDir: values.RUNNER_WORK_DIR,
    opsListen: values.OPS_LISTEN,
    drainMs: values.RUNNER_DRAIN,
    tls: values,
    allowCommands: values.TASK_EXECUTOR_COMMANDS === "allow",
    pod:
      values.RUNNER_POD_NAME === undefined
        ? undefined
        : { name: values.RUNNER_POD_NAME, namespace: values.RUNNER_POD_NAMESPACE as string },
    kubernetes:
      values.RUNNER_PROFILE === "kubernetes" ? kubernetesSettings(values, values.RUNNER_POD_NAMESPACE) : undefined,
    kubeconfigPath: values.KUBERNETES_CONFIG_PATH,
  };
}

/** Where the number stands in a pattern of names; as many digits at least as there are letters. */
const numberPlace = /\{(n+)\}/;

function numbered(pattern: string): (number: number) => string {
  return (number) => pattern.replace(numberPlace, (_, place: string) => String(number).padStart(place.length, "0"));
}
