import { hostname } from "node:os";
import { durationMs, flag, hostPort, integer, list, loadConfig, text } from "@switchyard/service-kit";
import { z } from "zod";

const environment = {
  RUNNER_GATEWAY_ADDRESS: hostPort().default("127.0.0.1:7402"),
  RUNNER_NAMESPACE: text().default("default"),
  RUNNER_NAME: text().default(hostname()),
  RUNNER_ID: text().optional(),
  RUNNER_SLOTS: integer({ min: 1, max: 1_000 }).default(1),
  RUNNER_PROFILE: z.enum(["process", "parameter-command"]).default("process"),
  RUNNER_KINDS: list().optional(),
  RUNNER_QUEUES: list().default([]),
  RUNNER_LABELS: list().default([]),
  RUNNER_TOKEN: text().optional(),
  RUNNER_WORK_DIR: text().optional(),
  RUNNER_DRAIN: durationMs().default(30_000),
  RUNNER_TLS: flag().default(false),
  RUNNER_TLS_CA: text().optional(),
  RUNNER_TLS_CERT: text().optional(),
  RUNNER_TLS_KEY: text().optional(),
  TASK_EXECUTOR_COMMANDS: z.enum(["allow", "deny"]).default("deny"),
};

/** Settings of a runner process. */
export interface RunnerConfig {
  /** `host:port` of the runner gateway. */
  readonly gatewayAddress: string;
  readonly namespace: string;
  readonly name: string;
  /** Unset: the gateway makes one. */
  readonly runnerId: string | undefined;
  readonly slots: number;
  readonly profile: "process" | "parameter-command";
  /** Unset: those of the profile. */
  readonly kinds: readonly string[] | undefined;
  readonly queues: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly token: string | undefined;
  readonly workDir: string | undefined;
  /** How long running jobs may take at the end before they are given back, in milliseconds. */
  readonly drainMs: number;
  /** Files for TLS to the gateway; unset is plain text. */
  readonly tls: { readonly caPath?: string; readonly certPath?: string; readonly keyPath?: string } | undefined;
  /** Run commands that callers put into parameters. */
  readonly allowCommands: boolean;
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
  });
  const tlsPaths = {
    ...(values.RUNNER_TLS_CA && { caPath: values.RUNNER_TLS_CA }),
    ...(values.RUNNER_TLS_CERT && { certPath: values.RUNNER_TLS_CERT }),
    ...(values.RUNNER_TLS_KEY && { keyPath: values.RUNNER_TLS_KEY }),
  };
  return {
    gatewayAddress: values.RUNNER_GATEWAY_ADDRESS,
    namespace: values.RUNNER_NAMESPACE,
    name: values.RUNNER_NAME,
    runnerId: values.RUNNER_ID,
    slots: values.RUNNER_SLOTS,
    profile: values.RUNNER_PROFILE,
    kinds: values.RUNNER_KINDS,
    queues: values.RUNNER_QUEUES,
    labels: labelsOf(values.RUNNER_LABELS),
    token: values.RUNNER_TOKEN,
    workDir: values.RUNNER_WORK_DIR,
    drainMs: values.RUNNER_DRAIN,
    tls: values.RUNNER_TLS || Object.keys(tlsPaths).length > 0 ? tlsPaths : undefined,
    allowCommands: values.TASK_EXECUTOR_COMMANDS === "allow",
  };
}

/** `name=value` each; a bare name has an empty value. */
function labelsOf(items: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    items.map((item) => {
      const at = item.indexOf("=");
      return at < 0 ? [item, ""] : [item.slice(0, at), item.slice(at + 1)];
    }),
  );
}
