import { durationMs, hostPort, integer, json, list, splitHostPort, text } from "@switchyard/service-kit";
import { z } from "zod";
import { hostName } from "../../http/host-name.js";
import { type Campaign, campaignsSchema, defaultCampaigns } from "./catalogue/campaign.js";

/** Who signs what the workers commit. */
export interface Committer {
  readonly name: string;
  readonly email: string;
}

/** Settings of the dialect. */
export interface JanitorConfig {
  /** `host:port` of a listener of its own. */
  readonly listen: string | undefined;
  /** Host name, in lower case and without port, at which the main listener has the dialect at its root. */
  readonly hostName: string | undefined;
  /** The core's namespace that the dialect shows. */
  readonly namespace: string;
  /** Guards everything but the worker routes and the probes. Undefined: open, as upstream. */
  readonly adminToken: string | undefined;
  /** Campaigns by name; all others are unknown. */
  readonly campaigns: ReadonlyMap<string, Campaign>;
  /** Names of the publisher's policies. */
  readonly publishPolicies: ReadonlySet<string>;
  /** Hosts that are never assigned. */
  readonly avoidHosts: readonly string[];
  /** A run whose worker can be asked and does not answer is given up after so long, in milliseconds. */
  readonly runTimeoutMs: number;
  /** A run whose worker cannot be asked is given up after so long, in milliseconds. */
  readonly silentRunTimeoutMs: number;
  /** Between two rounds of the watchdog, in milliseconds. */
  readonly watchdogIntervalMs: number;
  /** How long a worker may take to answer through its backchannel, in milliseconds. */
  readonly backchannelTimeoutMs: number;
  /** Hosts, addresses and networks that backchannels may lead to. */
  readonly backchannelAllow: readonly string[];
  /** How long a host is left alone after it refused, in milliseconds. */
  readonly hostRestMs: number;
  /** Assign calls that a worker may make in a minute. Undefined: any number. */
  readonly assignRate: number | undefined;
  /** Where the results are pushed to, without a slash at the end. */
  readonly vcsStoreUrl: string;
  readonly depServerUrl: string | null;
  readonly committer: Committer | undefined;
  /** The largest `result.json`, in bytes. */
  readonly maxResultBytes: number;
}

const committer = z
  .string()
  .regex(/^[^<>]+ <[^<>\s]+@[^<>\s]+>$/, "needs the form Name <address>")
  .transform((value): Committer => {
    const [, name = "", email = ""] = /^(.+) <(.+)>$/.exec(value) ?? [];
    return { name, email };
  });

/** The core's bounds of a lease. */
const [shortestLeaseMs, longestLeaseMs] = [1_000, 7 * 86_400_000];
const leaseMs = () =>
  durationMs().refine((ms) => ms >= shortestLeaseMs && ms <= longestLeaseMs, "has to be from 1 second to 7 days");

/** The dialect's environment variables. */
export const janitorEnvironment = {
  DIALECT_JANITOR_LISTEN: hostPort().optional(),
  DIALECT_JANITOR_HOSTNAME: hostName().optional(),
  JANITOR_NAMESPACE: text().default("janitor"),
  JANITOR_ADMIN_TOKEN: text().optional(),
  JANITOR_CAMPAIGNS: json(campaignsSchema).default(defaultCampaigns),
  JANITOR_PUBLISH_POLICIES: list().default([]),
  JANITOR_AVOID_HOSTS: list().default([]),
  JANITOR_RUN_TIMEOUT: leaseMs().default(3_600_000),
  JANITOR_SILENT_RUN_TIMEOUT: leaseMs().default(86_400_000),
  JANITOR_WATCHDOG_INTERVAL: durationMs().default(10_000),
  JANITOR_BACKCHANNEL_TIMEOUT: durationMs().default(60_000),
  JANITOR_BACKCHANNEL_ALLOW: list().optional(),
  JANITOR_HOST_REST: durationMs().default(120_000),
  JANITOR_ASSIGN_RATE: integer({ min: 1 }).optional(),
  JANITOR_VCS_STORE_URL: z.url({ protocol: /^https?$/ }).default("http://localhost:9421/git"),
  JANITOR_DEP_SERVER_URL: z.url({ protocol: /^https?$/ }).optional(),
  JANITOR_COMMITTER: committer.optional(),
};

type Environment = { readonly [Name in keyof typeof janitorEnvironment]: z.output<(typeof janitorEnvironment)[Name]> };

/**
 * Names the settings as the code does.
 *
 * @param mainListen where the main listener is: on loopback, this is somebody's own machine
 */
export function janitorConfig(env: Environment, mainListen: string): JanitorConfig {
  const listensOnLoopback = [mainListen, env.DIALECT_JANITOR_LISTEN].every(
    (address) => address === undefined || isLoopbackAddress(address),
  );
  return {
    listen: env.DIALECT_JANITOR_LISTEN,
    hostName: env.DIALECT_JANITOR_HOSTNAME,
    namespace: env.JANITOR_NAMESPACE,
    adminToken: env.JANITOR_ADMIN_TOKEN,
    campaigns: new Map(env.JANITOR_CAMPAIGNS.map((campaign) => [campaign.name, campaign])),
    publishPolicies: new Set(env.JANITOR_PUBLISH_POLICIES),
    avoidHosts: env.JANITOR_AVOID_HOSTS.map((host) => host.toLowerCase()),
    runTimeoutMs: env.JANITOR_RUN_TIMEOUT,
    silentRunTimeoutMs: env.JANITOR_SILENT_RUN_TIMEOUT,
    watchdogIntervalMs: env.JANITOR_WATCHDOG_INTERVAL,
    backchannelTimeoutMs: env.JANITOR_BACKCHANNEL_TIMEOUT,
    backchannelAllow: env.JANITOR_BACKCHANNEL_ALLOW ?? (listensOnLoopback ? ["127.0.0.0/8", "::1"] : []),
    hostRestMs: env.JANITOR_HOST_REST,
    assignRate: env.JANITOR_ASSIGN_RATE,
    vcsStoreUrl: env.JANITOR_VCS_STORE_URL.replace(/\/+$/, ""),
    depServerUrl: env.JANITOR_DEP_SERVER_URL ?? null,
    committer: env.JANITOR_COMMITTER,
    maxResultBytes: 16 * 1024 ** 2,
  };
}

function isLoopbackAddress(address: string): boolean {
  const { host = "" } = splitHostPort(address) ?? {};
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
