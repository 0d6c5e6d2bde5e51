import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { isIP } from "node:net";

/** Which IP addresses may be connected to; told the host name that led there. */
export type AddressCheck = (address: string, host: string) => boolean;

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** A look-up for `http.request` that fails when any address of the name is not allowed. */
export function guardedLookup(isAllowed: AddressCheck) {
  return (host: string, options: LookupOptions, found: Found): void => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) return found(error ?? new Error(`${host} has no address`), "");
      const refused = addresses.find(({ address }) => !isAllowed(address, host));
      if (refused !== undefined) return found(notAllowed(refused.address), "");
      return options.all === true ? found(null, addresses) : found(null, first.address, first.family);
    });
  };
}

/** Refuses an address in the URL itself, which is connected to without a look-up. @throws Error */
export function checkLiteral(url: URL, isAllowed: AddressCheck): void {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && !isAllowed(host, host)) throw notAllowed(host);
}

function notAllowed(address: string): Error {
  return new Error(`${address} is not an address that may be connected to`);
}
