import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compactJson } from "./compact-json.js";

describe("compactJson", () => {
  it("drops white space between tokens and touches no token", () => {
    expect(compactJson(' { "a b" :\t[ 1.0 ,\r\n "\\u0020 \\" {" ] , "a b":-0 } ')).toBe(
      '{"a b":[1.0,"\\u0020 \\" {"],"a b":-0}',
    );
    expect(compactJson("7")).toBe("7");
    expect(compactJson(' " " ')).toBe('" "');
  });

  it("makes of any layout what has none", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(1, "\t", " \n"), (value, indent) => {
        expect(compactJson(JSON.stringify(value, undefined, indent))).toBe(JSON.stringify(value));
      }),
    );
  });
});
