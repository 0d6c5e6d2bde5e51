import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elementSpans, memberSpans, memberText, nestingDepth } from "./json-span.js";

describe("memberSpans", () => {
  it("finds members as they are written, the last of a name", () => {
    const text = ' { "a" : [1, {"b":"}"}] ,"x\\"y": "\\\\" , "a":2.50 } ';
    const found = [...memberSpans(text)].map(([name, { start, end }]) => [name, text.slice(start, end)]);
    expect(found).toEqual([
      ["a", "2.50"],
      ['x"y', '"\\\\"'],
    ]);
  });

  it("agrees with JSON.parse about any object", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 1, "\t"), (object, indent) => {
        const text = JSON.stringify(object, undefined, indent);
        const read = [...memberSpans(text)].map(([name, { start, end }]) => [name, JSON.parse(text.slice(start, end))]);
        expect(Object.fromEntries(read)).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe("memberText", () => {
  it("follows names into objects", () => {
    const text = '{"a":{"b":{ "c":1.0 }},"x":[1]}';
    expect([memberText(text), memberText(text, "a", "b"), memberText(text, "x")]).toEqual([text, '{ "c":1.0 }', "[1]"]);
    expect([memberText(text, "y"), memberText(text, "a", "y", "z")]).toEqual([undefined, undefined]);
  });
});

describe("elementSpans", () => {
  it("agrees with JSON.parse about any list", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 2), (list, indent) => {
        const text = JSON.stringify(list, undefined, indent);
        expect(elementSpans(text).map(({ start, end }) => JSON.parse(text.slice(start, end)))).toEqual(
          JSON.parse(text),
        );
      }),
    );
  });
});

describe("nestingDepth", () => {
  it("counts brackets outside of strings", () => {
    expect(nestingDepth("1")).toBe(0);
    expect(nestingDepth('{"a":[{}],"b":"[[[[\\"[["}')).toBe(3);
    expect(nestingDepth("[".repeat(500_000))).toBe(500_000);
    expect(nestingDepth('"never ends')).toBe(0);
  });
});
