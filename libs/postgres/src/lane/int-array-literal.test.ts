import { describe, expect, it } from "vitest";
import { intArrayLiteral } from "./int-array-literal.js";

describe("intArrayLiteral", () => {
  it.each([1.5, Number.NaN, 2 ** 53])("refuses %s", (value) => {
    expect(() => intArrayLiteral([1, value])).toThrow(RangeError);
  });
});
