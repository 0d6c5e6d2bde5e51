import { isIP } from "node:net";
import { createAddressList, isListedHost, isPublicAddress } from "@switchyard/guarded-http";
import type { FetchSettings } from "../settings.js";

/** What outside pages may be asked, put together once. */
export interface PageGuard {
  readonly mayVisit: (url: URL) => boolean;
  readonly isAllowed: (address: string, host: string) => boolean;
}

/**
 * Makes the guard: hosts on the list may be asked at public addresses, and what `allow` names also at private ones.
 *
 * @param alwaysHosts hosts of configured base URLs
 */
export function createPageGuard({ hosts, allow }: FetchSettings, alwaysHosts: readonly string[] = []): PageGuard {
  const isBlock = (item: string) => isIP(item.split("/")[0] ?? "") !== 0;
  const isAllowedAddress = createAddressList(allow.filter(isBlock));
  const trustedNames = allow.filter((item) => !isBlock(item));
  const names = [...hosts, ...alwaysHosts, ...trustedNames];
  return {
    mayVisit({ hostname }) {
      const host = hostname.replace(/^\[|\]$/g, "");
      return isListedHost(host, names) || isAllowedAddress(host);
    },
    isAllowed: (address, host) =>
      isPublicAddress(address) || isAllowedAddress(address) || isListedHost(host, trustedNames),
  };
}
