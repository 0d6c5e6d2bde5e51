import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.js";

describe("canonicalJson", () => {
  it("is the same for every text of a value", () => {
    expect(canonicalJson(' {"b":[1.0,2e1,true,null],"a":"\\u00e9"} ')).toBe(
      canonicalJson('{"a":"é","b":[10e-1,20,true,null]}'),
    );
    expect(canonicalJson('{"a":1,"a":2}')).toBe(canonicalJson('{"a":2}'));
    expect(canonicalJson("-0.0")).toBe(canonicalJson("0"));
    expect(canonicalJson("[]")).toBe("[]");
    expect(canonicalJson('{"__proto__":{}}')).toBe('{"__proto__":{}}');
  });

  it("tells values apart that a double cannot", () => {
    expect(canonicalJson("12345678901234567890")).not.toBe(canonicalJson("12345678901234567891"));
    expect(canonicalJson("0.1")).not.toBe(canonicalJson("0.10000000000000000001"));
    expect(canonicalJson("1")).not.toBe(canonicalJson('"1"'));
    expect(canonicalJson("[1,2]")).not.toBe(canonicalJson("[2,1]"));
  });

  it("keeps the value and ignores the layout", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const canonical = canonicalJson(JSON.stringify(value, undefined, 2));
        expect(canonical).toBe(canonicalJson(JSON.stringify(value)));
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
