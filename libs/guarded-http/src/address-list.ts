import { BlockList, isIP } from "node:net";

/**
 * Makes a test for IP addresses from single addresses and CIDR blocks: `10.1.2.3`, `127.0.0.0/8`, `fd00::/8`.
 *
 * @throws Error for an item that is neither
 */
export function createAddressList(items: readonly string[]): (address: string) => boolean {
  // Two lists: in one, IPv4 addresses would be looked for in the ranges of IPv6 too, as the mapped addresses that they could be.
  const [list4, list6] = [new BlockList(), new BlockList()];
  for (const item of items) {
    const [net = "", prefix] = item.split("/");
    const version = isIP(net);
    const widest = version === 6 ? 128 : 32;
    const bits = prefix === undefined ? widest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
    if (version === 0 || !(bits <= widest)) throw new Error(`${item} is neither an IP address nor a block of them`);
    if (version === 6) list6.addSubnet(net, bits, "ipv6");
    else list4.addSubnet(net, bits, "ipv4");
  }
  return (address) => {
    const version = isIP(address);
    if (version === 0) return false;
    return version === 6 ? list6.check(address, "ipv6") : list4.check(address, "ipv4");
  };
}
