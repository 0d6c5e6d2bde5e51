import { readFileSync } from "node:fs";
import { createSwitchyardClient, type SwitchyardClient } from "@switchyard/client";

type Env = Readonly<Record<string, string>>;

/** Where a system's services are, `host:port` of each replica, and what whoever calls them shows. */
export interface ServiceAddresses {
  readonly scheduler: readonly string[];
  readonly logStore: readonly string[];
  readonly runnerGateway: readonly string[];
  readonly catalog: readonly string[];
  /** Unset: they ask for none. */
  readonly token?: string;
  /** Files for TLS; unset: plain text. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string };
}

/** The ways to a system's services from outside, for tests that are run against one process and against many. */
export interface SystemReach {
  /** Opens a client of the kind that users have. The caller closes it. */
  openClient(): SwitchyardClient;
  /** What a further process of the system reads: another gateway, another runner. */
  readonly serviceEnv: Env;
  /** What the command line reads. */
  readonly cliEnv: Env;
  /** Headers of calls to `/rpc` of a gateway. */
  readonly rpcHeaders: Env;
}

/** Makes the ways to services. */
export function reachOf({ token, tls, ...addresses }: ServiceAddresses): SystemReach {
  const { scheduler, logStore, runnerGateway, catalog } = addresses;
  // As operators do, by name where there are certificates: of an IP address Node warns, on the standard error.
  const first = ([address = ""]: readonly string[]) =>
    tls === undefined ? address : address.replace("127.0.0.1", "localhost");
  const shown = token === undefined ? {} : { token };
  const secured =
    tls === undefined
      ? {}
      : { tls: { cert: readFileSync(tls.cert), key: readFileSync(tls.key), ca: readFileSync(tls.ca) } };
  return {
    openClient: () => createSwitchyardClient({ addresses, ...shown, ...secured }),
    serviceEnv: {
      ...{ SCHEDULER_ADDRESS: scheduler.join(), LOG_STORE_ADDRESS: logStore.join() },
      ...{ RUNNER_GATEWAY_ADDRESS: runnerGateway.join(), CATALOG_ADDRESS: catalog.join() },
      ...(token === undefined ? {} : { SWITCHYARD_SERVICE_TOKEN: token, RUNNER_TOKEN: token }),
      ...(tls === undefined ? {} : { TLS_CERT_PATH: tls.cert, TLS_KEY_PATH: tls.key, TLS_CA_PATH: tls.ca }),
    },
    rpcHeaders: token === undefined ? {} : { authorization: `Bearer ${token}` },
    cliEnv: {
      SWITCHYARD_ADDRESS: [
        `scheduler=${first(scheduler)},log-store=${first(logStore)}`,
        `runner-gateway=${first(runnerGateway)},catalog=${first(catalog)}`,
      ].join(),
      ...(token === undefined ? {} : { SWITCHYARD_TOKEN: token }),
      ...(tls === undefined
        ? {}
        : { SWITCHYARD_TLS_CA: tls.ca, SWITCHYARD_TLS_CERT: tls.cert, SWITCHYARD_TLS_KEY: tls.key }),
    },
  };
}
