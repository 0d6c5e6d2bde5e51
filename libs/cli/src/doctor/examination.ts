import type { ServiceName, SwitchyardClient } from "@switchyard/client";
import { addressOf, serviceKeys } from "../settings/addresses.js";
import type { Settings } from "../settings/settings.js";
import type { Finding } from "./finding.js";

/** What the checks share, and what earlier ones found out for later ones. */
export interface Examination {
  readonly settings: Settings;
  /** Repeats nothing: what passes by itself is to be seen too. */
  readonly client: SwitchyardClient;
  /** The longest that one question may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Services whose address took a connection. */
  readonly reachable: Set<ServiceName>;
  /** The services refuse the caller: nothing else can be asked. */
  denied: boolean;
}

/** One check. */
export interface Check {
  readonly name: string;
  /** It asks this service, so it is left out when that can't be reached, or refuses the caller. */
  readonly asks?: ServiceName;
  run(examination: Examination): Promise<readonly Finding[]>;
}

/** The distinct addresses, each with its services. */
export function addressesOf({ addresses }: Settings): ReadonlyMap<string, readonly ServiceName[]> {
  const found = new Map<string, ServiceName[]>();
  for (const name of serviceKeys) {
    const address = addressOf(addresses, name);
    found.set(address, [...(found.get(address) ?? []), name]);
  }
  return found;
}
