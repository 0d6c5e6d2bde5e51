import { describe, expect, it } from "vitest";
import { maxJsonDepth, parseJson } from "./parse-json.js";
import { RawJson, writeJson } from "./raw-json.js";
import { wellFormed } from "./well-formed.js";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("parseJson", () => {
  it("keeps the text beside the value", () => {
    expect(parseJson(bytes('{"n":1.0}'))).toEqual({ text: '{"n":1.0}', value: { n: 1 } });
    expect(parseJson(bytes("\ufeff[]"))).toEqual({ text: "[]", value: [] });
  });

  it("says what is wrong", () => {
    expect(parseJson(bytes("{"))).toBe("syntax");
    expect(parseJson(new Uint8Array([0x22, 0xff, 0x22]))).toBe("encoding");
    const deep = (depth: number) => bytes(`${"[".repeat(depth)}${"]".repeat(depth)}`);
    expect(parseJson(deep(maxJsonDepth))).toMatchObject({ value: expect.any(Array) });
    expect(parseJson(deep(maxJsonDepth + 1))).toBe("depth");
    expect(parseJson(deep(400_000))).toBe("depth");
  });

  it("makes no prototype of a member called so", () => {
    const parsed = parseJson(bytes('{"__proto__":{"admin":true}}')) as { value: Record<string, unknown> };
    expect(parsed.value.admin).toBeUndefined();
    expect(Object.getPrototypeOf(parsed.value)).toBe(Object.prototype);
  });
});

describe("writeJson", () => {
  it("passes raw texts on and takes maps with any names", () => {
    const map = new Map<string, unknown>([
      ["__proto__", 1],
      ["constructor", [new RawJson("1.00"), null, undefined]],
    ]);
    expect(writeJson({ map, gone: undefined, text: 'a"b' })).toBe(
      '{"map":{"__proto__":1,"constructor":[1.00,null,null]},"text":"a\\"b"}',
    );
  });
});

describe("wellFormed", () => {
  it("replaces halves of pairs only", () => {
    expect(wellFormed("a\ud800b😀")).toBe("a\ufffdb😀");
  });
});
