import { expect, test } from "vitest";
import { createValueMask } from "./mask-values.js";

test("values are blackened line by line, the longer one first, and short ones are left", () => {
  const mask = createValueMask(["secret", "secret-longer", "first line\nsecond line", "abc"]);
  expect(mask("secret-longer secret abc")).toBe("[masked] [masked] abc");
  expect(mask("a first line\n")).toBe("a [masked]\n");
});
