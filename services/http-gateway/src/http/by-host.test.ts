import type { IncomingMessage } from "node:http";
import { expect, it } from "vitest";
import { urlByHost } from "./by-host.js";

const dialects = [
  { name: "one", hostName: "one.example.org" },
  { name: "two", hostName: "two.example.org" },
  { name: "three", hostName: undefined },
];
const asked = (host: string | undefined, url: string) =>
  urlByHost(dialects)({ url, headers: host === undefined ? {} : { host } } as IncomingMessage);

it.each([
  ["one.example.org", "/x?y=/two", "/one/x?y=/two"],
  ["TWO.example.org.:8080", "/", "/two/"],
  // Whatever is asked for stays below the prefix: no name leads to another dialect.
  ["one.example.org", "/two/x", "/one/two/x"],
  ["one.example.org", "//two/x", "/one//two/x"],
  ["one.example.org", "/../two/x", "/one/../two/x"],
  ["one.example.org", "?x", "/one/?x"],
  ["one.example.org", "*", "/one/*"],
  ["one.example.org", "/%zz", "/one/%zz"],
])("puts a request to %s for %s under its dialect's prefix", (host, url, expected) =>
  expect(asked(host, url)).toBe(expected),
);

it.each([
  ["three.example.org", "/x"],
  ["org", "/one/x"],
  ["a.one.example.org", "/x"],
  ["one.example.org:8080:9", "/x"],
  ["[::1]:8080", "/two/x"],
  ["undefined", "/x"],
  ["", "/x"],
  [undefined, "/x"],
  [undefined, "http://elsewhere/one/x"],
])("leaves a request to %s for %s as it is", (host, url) => expect(asked(host, url)).toBe(url));

it("goes by the host of the URL where a request names a whole one", () => {
  expect(asked("two.example.org", "http://one.example.org:80/x?y")).toBe("/one/x?y");
  expect(asked(undefined, "HTTPS://one.example.org")).toBe("/one/");
  expect(asked("one.example.org", "http://elsewhere/x")).toBe("http://elsewhere/x");
});

it("leaves everything as it is where no dialect has a name", () => {
  expect(urlByHost([])({ url: "/x", headers: { host: "one.example.org" } } as IncomingMessage)).toBe("/x");
});
