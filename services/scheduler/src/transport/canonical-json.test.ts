import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.js";

const of = (text: string) => canonicalJson(Buffer.from(text));

describe("canonical JSON", () => {
  it.each([
    ['{"b":1,"a":{"d":2,"c":3}}', ' { "a": {"c":3.0, "d":2e0},\n"b":1 }'],
    ['{"10":1,"9":2}', '{"9":2,"10":1}'],
    ['["\\u00e9"]', '["é"]'],
    ["[0]", "[-0]"],
    ['{"a":1,"a":2}', '{"a":2}'],
  ])("writes %s and %s alike", (one, other) => {
    expect(of(one)).toBeDefined();
    expect(of(one)).toBe(of(other));
  });

  it.each([
    ['{"a":1}', '[["a",1]]'],
    ["{}", "[]"],
    ["[1]", '["1"]'],
    ['{"seed":9007199254740993}', '{"seed":9007199254740992}'],
    ["[-12345678901234567890]", "[-12345678901234567891]"],
    ["[12345678901234567890]", '["12345678901234567890"]'],
    ["[123]", '["\\u0000123"]'],
    ["[null]", "[1e400]"],
    ['["a\\"1234567890123456789"]', '["a\\"1234567890123456788"]'],
    ["[0.12345678901234567]", "[0.12345678901234467]"],
  ])("tells %s and %s apart", (one, other) => {
    expect(of(one)).not.toBe(of(other));
  });

  it.each(["", "{", "nul", "[1e400]", "\u00a0[]", '["\\u0000",12345678901234567890]'])("has no word for %j", (text) => {
    expect(of(text)).toBeUndefined();
  });

  it("has none for bytes that are no text, which would become alike", () => {
    expect(canonicalJson(Uint8Array.from([0x22, 0xff, 0x22]))).toBeUndefined();
  });

  it("has none for what is nested too deeply to be read", () => {
    expect(of("[".repeat(200_000) + "]".repeat(200_000))).toBeUndefined();
  });

  it("is itself a document that means the same, whatever the order of members", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = of(JSON.stringify(value));
        expect(JSON.parse(text as string)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(of(JSON.stringify(reversed(value)))).toBe(text);
      }),
    );
  });

  it("keeps every digit of long integers", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), (value) => {
        expect(of(`{"b":${value},"a":"${value}"}`)).toBe(`{"a":"${value}","b":${value}}`);
      }),
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, field]) => [name, reversed(field)]),
  );
}
