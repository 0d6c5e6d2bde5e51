import type { ServiceName } from "@switchyard/client";
import { UsageError } from "../usage-error.js";

/** Services by the names that they have on the command line. */
export const serviceNames: Readonly<Record<string, ServiceName>> = {
  scheduler: "scheduler",
  "runner-gateway": "runnerGateway",
  "log-store": "logStore",
  catalog: "catalog",
};

/** The services as programs name them, in the order in which they are looked at. */
export const serviceKeys: readonly ServiceName[] = Object.values(serviceNames);

/** The address of a service. */
export function addressOf(addresses: Addresses, name: ServiceName): string {
  return addresses[name] ?? addresses.scheduler;
}

/** A `host:port` for each service; those that are left out are called where the scheduler is. */
export type Addresses = Readonly<{ scheduler: string } & Partial<Record<ServiceName, string>>>;

/**
 * Reads `host:port`, or `scheduler=host:port,runner-gateway=host:port,...` where services have addresses of their own.
 *
 * @throws UsageError
 */
export function parseAddresses(text: string): Addresses {
  if (!text.includes("=")) return { scheduler: checked(text) };
  const addresses: Partial<Record<ServiceName, string>> = {};
  for (const part of text.split(",")) {
    const [name = "", address = ""] = part.split("=", 2).map((side) => side.trim());
    const service = serviceNames[name];
    if (service === undefined) {
      throw new UsageError(`"${name}" is no service; there are ${Object.keys(serviceNames).join(", ")}`);
    }
    addresses[service] = checked(address);
  }
  const { scheduler, ...others } = addresses;
  if (scheduler === undefined) throw new UsageError("the addresses lack the scheduler's: scheduler=host:port");
  return { scheduler, ...others };
}

/** Host and port of an address; an IPv6 host without its brackets. */
export function hostAndPort(address: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/]+)):(\d{1,5})$/.exec(address);
  if (match === null || Number(match[3]) > 65_535) return undefined;
  return { host: (match[1] ?? match[2]) as string, port: Number(match[3]) };
}

function checked(address: string): string {
  if (hostAndPort(address) === undefined) throw new UsageError(`"${address}" is no host:port`);
  return address;
}
