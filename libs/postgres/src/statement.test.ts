import { expect, it } from "vitest";
import { defineStatement } from "./statement.js";

it("takes names of 1 to 63 bytes", () => {
  expect(defineStatement("a".repeat(63), "select 1").name).toHaveLength(63);
  expect(() => defineStatement("a".repeat(64), "select 1")).toThrow(RangeError);
  expect(() => defineStatement("ä".repeat(32), "select 1")).toThrow(RangeError);
  expect(() => defineStatement("", "select 1")).toThrow(RangeError);
});
