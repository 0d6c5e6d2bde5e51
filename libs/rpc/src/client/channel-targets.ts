import { isIPv4, isIPv6 } from "node:net";

/**
 * Turns addresses into as few channels as possible. IP addresses of one family share a channel, which balances over those
 * that are connected and moves calls from a leaving server to another one unnoticed. A name gets a channel of its
 * own: gRPC resolves one name a channel.
 */
export function channelTargets(addresses: readonly string[]): readonly string[] {
  const v4: string[] = [];
  const v6: string[] = [];
  const names: string[] = [];
  for (const address of addresses) {
    const host = address.slice(0, address.lastIndexOf(":"));
    if (isIPv4(host)) v4.push(address);
    else if (isIPv6(host.replace(/^\[|\]$/g, ""))) v6.push(address);
    else names.push(address);
  }
  const targets = names;
  if (v4.length > 0) targets.push(`ipv4:${v4.join(",")}`);
  if (v6.length > 0) targets.push(`ipv6:${v6.join(",")}`);
  return targets;
}
