import type { Transport } from "@connectrpc/connect";
import type { Clock } from "@switchyard/clock";
import type { ClientTls } from "@switchyard/rpc";
import type { CallDefaults } from "../client/call-defaults.js";
import type { SwitchyardClient } from "../client/switchyard-client.js";
import type { Address } from "../client/transports.js";
import type { JobHandlers } from "./handlers.js";
import type { JobHandler } from "./job-context.js";
import type { WhenStuck } from "./keeper/keeper-settings.js";

/** How a runner reaches its gateway. With an address, a thread of its own keeps the leases of handlers that block the event loop; with the others, the lease of such a handler is lost. */
export type RunnerConnection =
  | { /** A client, whose token and addresses are used. */ readonly client: Pick<SwitchyardClient, "runners"> }
  | { /** A transport to the runner gateway. */ readonly transport: Transport }
  | RunnerLocation;

/** Where the runner gateway is. */
export interface RunnerLocation {
  /** `host:port` of the gateway, or of several that serve the same. */
  readonly address: Address;
  /** Default: plain text. */
  readonly tls?: ClientTls | undefined;
  /** Sent as `authorization: Bearer <token>`; a function is asked again and again, so that a token can change. */
  readonly token?: CallDefaults["token"];
  /**
   * What happens when a lease is lost while the handler blocks the event loop, so that nothing can stop it, once the grace of its job has passed as well. `kill` ends this
   * process at once (SIGKILL), `warn` says so on standard error and lets it write what the services will refuse. Default `kill`.
   */
  readonly whenStuck?: WhenStuck;
}

/** What a runner does with the jobs that it gets. */
export type RunnerWork =
  | { /** Handlers by kind or glob of kinds. */ readonly handlers: JobHandlers }
  | { /** One handler for all kinds; `kinds` must be given. */ readonly execute: JobHandler };

/** What a runner is. */
export interface RunnerIdentity {
  readonly namespace: string;
  /** A name for people. */
  readonly name: string;
  /**
   * An id of the caller's, to be the same runner after a restart: what an earlier process of this id held is given back when
   * this one registers. Default: the gateway makes one.
   */
  readonly runnerId?: string;
  /** Sorts of work; `*` and `?` are wildcards. Default: the keys of `handlers`. */
  readonly kinds?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Only these queues. Default: all of the namespace. */
  readonly queues?: readonly string[];
  /** Most jobs at once. Default 1. */
  readonly slots?: number;
  /** How long it counts as present after a call, in milliseconds. Default: the gateway's 60,000. */
  readonly presenceMs?: number;
}

/** Times and hooks of a runner. */
export interface RunnerSettings {
  /** The longest time that a call for work may be held, in milliseconds. Default and limit 20,000. */
  readonly maxHoldMs?: number;
  /** Deadline of one try of the other calls, in milliseconds. Default 15,000. */
  readonly timeoutMs?: number;
  /** How long an outcome waits for its log to become durable, in milliseconds. Default 300,000. */
  readonly logPatienceMs?: number;
  /** Hears of what goes wrong without ending the runner: refused reports and log entries, calls that fail. */
  readonly onWarning?: (message: string, facts: Readonly<Record<string, unknown>>) => void;
  /** Where its time comes from. Default: the machine's. */
  readonly clock?: Clock;
}

/** All that makes a runner. */
export type RunnerOptions = RunnerConnection & RunnerWork & RunnerIdentity & RunnerSettings;
