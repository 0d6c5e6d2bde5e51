import { expect, it } from "vitest";
import { createAddressList } from "./address-list.js";
import { isListedHost } from "./host-list.js";

it.each([
  ["example.org", ["example.org"], true],
  ["EXAMPLE.org.", ["example.ORG"], true],
  ["jobs.example.org", ["example.org"], false],
  ["jobs.example.org", ["*.example.org"], true],
  ["example.org", ["*.example.org"], false],
  ["badexample.org", ["*.example.org"], false],
  ["anything.test", ["*"], true],
  ["anything.test", [], false],
] as const)("host %s on %j: %s", (host, list, expected) => {
  expect(isListedHost(host, list)).toBe(expected);
});

it("knows addresses of blocks", () => {
  const isListed = createAddressList(["127.0.0.0/8", "10.1.2.3", "fd00::/8"]);
  for (const address of ["127.0.0.1", "127.255.0.9", "10.1.2.3", "fd12::1"])
    expect(isListed(address), address).toBe(true);
  for (const address of ["128.0.0.1", "10.1.2.4", "::1", "fe80::1", "localhost", ""])
    expect(isListed(address), address).toBe(false);
});

it.each(["localhost", "127.0.0.0/33", "127.0.0.0/x", "", "::/129"])("refuses %j as a block", (item) => {
  expect(() => createAddressList([item])).toThrow("neither an IP address");
});
