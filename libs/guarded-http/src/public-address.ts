import { BlockList, isIP } from "node:net";

const ranges4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

const ranges6: readonly (readonly [string, number])[] = [
  // All below 2000::/3 and above it, and what stands for other addresses inside of it: Teredo, 6to4, documentation.
  ["::", 3],
  ["4000::", 2],
  ["8000::", 1],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
];

// Two lists: in one, IPv4 addresses would be looked for in the ranges of IPv6 too, as the mapped addresses that they could be.
const [closed4, closed6] = [new BlockList(), new BlockList()];
for (const [net, prefix] of ranges4) closed4.addSubnet(net, prefix, "ipv4");
for (const [net, prefix] of ranges6) closed6.addSubnet(net, prefix, "ipv6");

/**
 * Tells whether an IP address belongs to a host of the public internet: not to this machine, a private or link-local
 * network, a group of receivers, or a range that means other addresses. What is no IP address is not public.
 */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  return version === 6 ? !closed6.check(address, "ipv6") : !closed4.check(address, "ipv4");
}
