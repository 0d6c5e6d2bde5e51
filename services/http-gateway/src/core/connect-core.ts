import { createOwnerDirectory, createOwnerTransport, type OwnerDirectory, ownerOpener } from "@switchyard/client";
import { ShardService } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import { type ClosableTransport, createClient, createGrpcTransport, type GrpcTransportOptions } from "@switchyard/rpc";
import { bearerOf, countCallWays, type ServiceTls } from "@switchyard/service-kit";
import type { Registry } from "prom-client";
import type { CoreAddresses } from "../config.js";
import type { CoreTransports } from "./clients.js";

/** The gateway's connections to the core. */
export interface CoreConnections {
  /** Calls carry the gateway's own token. */
  readonly own: CoreTransports;
  /** Calls carry no token but their caller's: for what is passed on under `/rpc`. */
  readonly proxied: CoreTransports;
  /** Ends all of them. */
  close(): void;
}

/** Where the core is, and what the connections are made with. */
export interface CoreConnectionsOptions extends Omit<CoreAddresses, "tls"> {
  readonly tls?: ServiceTls | undefined;
  /** Gets the counter of the ways that calls to the scheduler take. */
  readonly registry: Registry;
}

/**
 * Connects to the core when it is first called. Calls to the scheduler go to the owner of their namespace's shard where that is known; where namespaces live is
 * asked with the gateway's own token, for the calls of others too.
 */
export function connectCore(options: CoreConnectionsOptions): CoreConnections {
  const opened: ClosableTransport[] = [];
  const reached = (address: readonly string[], token: string | undefined): GrpcTransportOptions => ({
    address,
    interceptors: bearerOf(token),
    tls: options.tls,
  });
  const keep = <T extends ClosableTransport>(transport: T): T => {
    opened.push(transport);
    return transport;
  };
  const onCall = countCallWays(options.registry);
  let directory: OwnerDirectory | undefined;

  function connect(token: string | undefined): CoreTransports {
    const to = (address: readonly string[]) => keep(createGrpcTransport(reached(address, token)));
    const seed = to(options.scheduler);
    directory ??= createOwnerDirectory({ shards: createClient(ShardService, seed) });
    const open = ownerOpener(reached(options.scheduler, token));
    return {
      scheduler: keep(createOwnerTransport({ seed, directory, open, onCall })),
      runnerGateway: to(options.runnerGateway),
      logStore: to(options.logStore),
      catalog: to(options.catalog),
    };
  }

  const own = connect(options.serviceToken);
  const proxied = connect(undefined);
  return {
    own,
    proxied,
    close() {
      directory?.close();
      for (const transport of opened) transport.close();
    },
  };
}
