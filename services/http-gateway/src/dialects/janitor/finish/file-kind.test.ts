import { expect, it } from "vitest";
import { baseName, isLogName } from "./file-kind.js";

it.each([
  ["worker.log", true],
  ["worker.log.1", true],
  ["a.b.log", true],
  ["a.b.log.1", false],
  ["worker.log.x", false],
  ["log", false],
  [".log", true],
  ["acme_2.1.dsc", false],
  ["worker.log.gz", false],
])("%s is a log: %s", (name, expected) => {
  expect(isLogName(name)).toBe(expected);
});

it("takes path parts off names", () => {
  expect(baseName("../../etc/passwd")).toBe("passwd");
  expect(baseName("C:\\logs\\worker.log")).toBe("worker.log");
  for (const path of ["", "a/", "..", "a/..", "a\nb", "x".repeat(256)]) expect(baseName(path)).toBeUndefined();
});
