import { expect, it } from "vitest";
import { booleanOf, queryFlag } from "./query-flag.js";

const pattern = new RegExp(queryFlag.pattern, "u");

it.each(["true", "True", "1", "YES", "on", "t", "y"])("takes %s for true", (word) => {
  expect(pattern.test(word)).toBe(true);
  expect(booleanOf(word)).toBe(true);
});

it.each(["false", "FALSE", "0", "no", "Off", "f", "N"])("takes %s for false", (word) => {
  expect(pattern.test(word)).toBe(true);
  expect(booleanOf(word)).toBe(false);
});

it.each(["", "2", "truely", " true", "ja"])("refuses %j", (word) => {
  expect(pattern.test(word)).toBe(false);
});

it("leaves booleans as they are", () => {
  expect([booleanOf(true), booleanOf(false), booleanOf(undefined)]).toEqual([true, false, false]);
});
