import { isIP } from "node:net";
import { type ConnectedTransport, createGrpcTransport, type GrpcTransportOptions } from "@switchyard/rpc";

/**
 * Makes the function that connects to an owner by the address that it tells of itself, in all else as `seed` says. That address may be an
 * IP, which no certificate names: the certificate must then carry the name by which any replica is reached.
 */
export function ownerOpener(seed: GrpcTransportOptions): (address: string) => ConnectedTransport {
  const serverName = serverNameOf(typeof seed.address === "string" ? [seed.address] : seed.address);
  return (address) => createGrpcTransport({ serverName, ...seed, address });
}

/** The first host among addresses that is a name; undefined when all are IPs. */
function serverNameOf(addresses: readonly string[]): string | undefined {
  return addresses
    .map((address) => address.slice(0, address.lastIndexOf(":")))
    .map((host) => host.slice(host.lastIndexOf("/") + 1))
    .find((host) => isIP(host.replace(/^\[|\]$/g, "")) === 0 && host !== "");
}
