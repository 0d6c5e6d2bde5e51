import { flag, hostPort, integer, list, text } from "@switchyard/service-kit";
import { z } from "zod";
import { hostName } from "../../http/host-name.js";

/** What a key opens. */
export type KeyClass = "submit" | "runner" | "admin";

/** Where new jobs are announced. */
export interface RelayConfig {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** The whole `Authorization` header. */
  readonly publishKey: string;
}

/** Settings of the dialect. */
export interface RunpackConfig {
  /** `host:port` of a listener of its own. */
  readonly listen: string | undefined;
  /** Host name, in lower case and without port, at which the main listener has the dialect at its root. */
  readonly hostName: string | undefined;
  /** The core's namespace that the dialect shows. */
  readonly namespace: string;
  /** The keys of each class; several, so that they can be changed without a gap. None: nobody gets in. */
  readonly keys: Readonly<Record<KeyClass, readonly string[]>>;
  /** Whether, and whose, headers about the client's address are believed: the gateway's own setting. */
  readonly trustProxy: boolean | string;
  /** A claimed job fails when it hears nothing from its runner for so long, in milliseconds. */
  readonly heartbeatTimeoutMs: number;
  /** A runner is shown as active for so long after its last call, in milliseconds. */
  readonly runnerActiveMs: number;
  /** Show a job's detail to everybody who knows its id. */
  readonly publicJobDetail: boolean;
  /** Ask the hosts of kept results whether these are still there. */
  readonly checkResultUrls: boolean;
  /** The hosts that may be asked: `host`, `host:port`, or `*.host` for all below it. */
  readonly resultHosts: readonly string[];
  /** Undefined: new jobs are announced nowhere. */
  readonly relay: RelayConfig | undefined;
}

/** The core's bounds of a lease. */
const [shortestLeaseMs, longestLeaseMs] = [1_000, 7 * 86_400_000];

/** The dialect's environment variables. */
export const runpackEnvironment = {
  DIALECT_RUNPACK_LISTEN: hostPort().optional(),
  DIALECT_RUNPACK_HOSTNAME: hostName().optional(),
  RUNPACK_NAMESPACE: text().default("runpack"),
  SUBMIT_API_KEY: list().default([]),
  RUNNER_API_KEY: list().default([]),
  ADMIN_API_KEY: list().default([]),
  RUNPACK_HEARTBEAT_TIMEOUT_MS: integer({ min: 1, max: longestLeaseMs }).default(90_000),
  RUNPACK_RUNNER_ACTIVE_MS: integer({ min: 1 }).default(300_000),
  RUNPACK_PUBLIC_JOB_DETAIL: flag().default(false),
  RUNPACK_CHECK_RESULT_URLS: flag().default(false),
  RUNPACK_RESULT_HOSTS: list().default([]),
  NOTIFY_RELAY_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  NOTIFY_RELAY_PUBLISH_KEY: text().optional(),
};

type Environment = { readonly [Name in keyof typeof runpackEnvironment]: z.output<(typeof runpackEnvironment)[Name]> };

/** Names the settings as the code does. */
export function runpackConfig(env: Environment, trustProxy: boolean | string): RunpackConfig {
  const [baseUrl, publishKey] = [env.NOTIFY_RELAY_BASE_URL?.replace(/\/+$/, ""), env.NOTIFY_RELAY_PUBLISH_KEY];
  return {
    listen: env.DIALECT_RUNPACK_LISTEN,
    hostName: env.DIALECT_RUNPACK_HOSTNAME,
    namespace: env.RUNPACK_NAMESPACE,
    keys: { submit: env.SUBMIT_API_KEY, runner: env.RUNNER_API_KEY, admin: env.ADMIN_API_KEY },
    trustProxy,
    heartbeatTimeoutMs: Math.max(shortestLeaseMs, env.RUNPACK_HEARTBEAT_TIMEOUT_MS),
    runnerActiveMs: env.RUNPACK_RUNNER_ACTIVE_MS,
    publicJobDetail: env.RUNPACK_PUBLIC_JOB_DETAIL,
    checkResultUrls: env.RUNPACK_CHECK_RESULT_URLS,
    resultHosts: env.RUNPACK_RESULT_HOSTS.map((host) => host.toLowerCase()),
    relay: baseUrl === undefined || publishKey === undefined ? undefined : { baseUrl, publishKey },
  };
}
