import { expect, it } from "vitest";
import { createPageGuard } from "./page-guard.js";

const guard = createPageGuard({ hosts: ["*.jobs.test"], allow: ["127.0.0.0/8", "boards.test"] }, ["api.test"]);

it.each([
  ["https://one.jobs.test/a", true],
  ["https://api.test/", true],
  ["http://boards.test:8080/", true],
  ["http://127.0.0.1:9/", true],
  ["http://[::1]/", false],
  ["https://jobs.test/", false],
  ["http://10.0.0.1/", false],
])("lets a caller's address lead to %s: %s", (address, expected) => {
  expect(guard.mayVisit(new URL(address))).toBe(expected);
});

it.each([
  ["8.8.8.8", "one.jobs.test", true],
  ["127.0.0.1", "one.jobs.test", true],
  ["10.0.0.1", "one.jobs.test", false],
  ["10.0.0.1", "boards.test", true],
  ["::1", "api.test", false],
])("connects to %s for %s: %s", (address, host, expected) => {
  expect(guard.isAllowed(address, host)).toBe(expected);
});
