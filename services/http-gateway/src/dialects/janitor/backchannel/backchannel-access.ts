import { isIP } from "node:net";
import { createAddressList, isListedHost } from "@switchyard/guarded-http";

/** Which addresses a backchannel may lead to; told the host name that led there. */
export type BackchannelCheck = (address: string, host: string) => boolean;

/**
 * Makes the check from the operator's list: addresses and networks are compared with the address that is connected to, names
 * with the name in the URL. Workers say themselves where they can be reached, so an empty list allows nothing.
 *
 * @throws Error for an item that is none of these
 */
export function createBackchannelCheck(allowed: readonly string[]): BackchannelCheck {
  const isNet = (item: string) => isIP(item.split("/", 1)[0] ?? "") !== 0;
  const isAllowedAddress = createAddressList(allowed.filter(isNet));
  const names = allowed.filter((item) => !isNet(item));
  return (address, host) => isAllowedAddress(address) || (isIP(host) === 0 && isListedHost(host, names));
}
