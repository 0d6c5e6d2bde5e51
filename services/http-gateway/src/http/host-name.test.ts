import { expect, it } from "vitest";
import { hostName, hostNameOf } from "./host-name.js";

it.each([
  ["tasks.example.org", "tasks.example.org"],
  ["Tasks.Example.ORG:8080", "tasks.example.org"],
  ["tasks.example.org.:443", "tasks.example.org"],
  ["tasks.", "tasks"],
  ["tasks:", "tasks"],
  ["[::1]:80", "[::1]"],
  ["[::1]", "[::1]"],
  ["", ""],
  [undefined, ""],
])("reads the name of the host %s", (header, name) => expect(hostNameOf(header)).toBe(name));

it("accepts names alone as a setting", () => {
  expect(hostName().parse("Tasks.example.org")).toBe("tasks.example.org");
  expect(hostName().parse("task_executor")).toBe("task_executor");
  for (const wrong of ["", "a:80", "http://a", "a/b", "-a", "a..b", "a.", "a b", "[::1]", `${"a".repeat(64)}.org`]) {
    expect(hostName().safeParse(wrong).success).toBe(false);
  }
});
