import type { Transport } from "@connectrpc/connect";
import { ShardService } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import {
  type ClientTls,
  type ConnectedTransport,
  createClient,
  createGrpcTransport,
  type GrpcTransportOptions,
} from "@switchyard/rpc";
import { ownerOpener } from "../owners/open-owner.js";
import { createOwnerDirectory } from "../owners/owner-directory.js";
import { createOwnerTransport } from "../owners/owner-transport.js";
import { type CallDefaults, withCallDefaults } from "./call-defaults.js";
import { createSpreadTransport } from "./spread-transport.js";

const keepaliveMs = 20_000;

/** The four services that a client talks to. */
export type ServiceName = "scheduler" | "runnerGateway" | "logStore" | "catalog";

/** `host:port`, or several that serve the same. */
export type Address = string | readonly string[];

/** Where the services are. Exactly one of the four forms. */
export type ServiceLocation =
  | { /** One transport for all. */ readonly transport: Transport }
  | { /** A transport each; the caller closes them. */ readonly transports: Readonly<Record<ServiceName, Transport>> }
  | { /** One place for all, as the all-in-one has. */ readonly address: Address; readonly tls?: ClientTls | undefined }
  | {
      /** A place each; services that are left out are called where the scheduler is. */
      readonly addresses: Readonly<{ scheduler: Address } & Partial<Record<ServiceName, Address>>>;
      readonly tls?: ClientTls | undefined;
    };

/** Transports by service, and how to end the connections that were made here. */
export interface ServiceTransports {
  readonly of: Readonly<Record<ServiceName, Transport>>;
  close(): void;
}

/** Opens what a location names; each distinct address has its connections for itself, as many as its calls need. */
export function openTransports(location: ServiceLocation, defaults: CallDefaults): ServiceTransports {
  const each = (find: (name: ServiceName) => Transport): Readonly<Record<ServiceName, Transport>> => ({
    scheduler: find("scheduler"),
    runnerGateway: find("runnerGateway"),
    logStore: find("logStore"),
    catalog: find("catalog"),
  });
  if ("transport" in location) {
    const transport = withCallDefaults(location.transport, defaults);
    return { of: each(() => transport), close: () => undefined };
  }
  if ("transports" in location) {
    return { of: each((name) => withCallDefaults(location.transports[name], defaults)), close: () => undefined };
  }
  const addresses = "address" in location ? { scheduler: location.address } : location.addresses;
  const opened = new Map<string, ConnectedTransport>();
  const open = (name: ServiceName): ConnectedTransport => {
    const address = (addresses as Partial<Record<ServiceName, Address>>)[name] ?? addresses.scheduler;
    // A gateway holds a runner's free slots open between two calls: at two gateways in turn they would be open twice.
    const stay = name === "runnerGateway" && "addresses" in location;
    const key = `${String(address)}${stay ? " stay" : ""}`;
    const known = opened.get(key);
    if (known !== undefined) return known;
    const transport = spread((options) => createGrpcTransport({ ...options, address, tls: location.tls, stay }));
    opened.set(key, transport);
    return transport;
  };
  const owners = throughOwners(open("scheduler"), { address: addresses.scheduler, tls: location.tls }, defaults);
  return {
    of: each((name) => withCallDefaults(name === "scheduler" ? owners.transport : open(name), defaults)),
    close() {
      owners.close();
      for (const transport of opened.values()) transport.close();
    },
  };
}

/** As many connections as the calls need. */
function spread(open: (options: Pick<GrpcTransportOptions, "keepalive">) => ConnectedTransport): ConnectedTransport {
  // Channels with equal options share one connection (grpc-js keeps a pool of them); these are to have their own.
  return createSpreadTransport((index) => open({ keepalive: { timeMs: keepaliveMs + index } }));
}

/** The way to the scheduler: to the owner of each namespace's shard where it is known. */
function throughOwners(
  seed: Transport,
  options: GrpcTransportOptions,
  defaults: CallDefaults,
): { readonly transport: Transport; close(): void } {
  const shards = createClient(ShardService, withCallDefaults(seed, defaults));
  const directory = createOwnerDirectory({ shards });
  const open = (address: string) => spread((own) => ownerOpener({ ...options, ...own })(address));
  const transport = createOwnerTransport({ seed, directory, open });
  return {
    transport,
    close() {
      directory.close();
      transport.close();
    },
  };
}
