import { describe, expect, it } from "vitest";
import { coreName } from "./core-name.js";

describe("coreName", () => {
  it("leaves a text that may be a name", () => {
    for (const text of ["", "P-100/7 Ä", "é".repeat(10)]) expect(coreName(text, 20)).toBe(text);
  });

  it("gives other texts a name of their own, always the same", () => {
    const texts = ["é".repeat(11), "a\u0000b", "a\u0001b", "a\n", "\ud800", "\ud801"];
    const names = texts.map((text) => coreName(text, 20));
    expect(new Set(names).size).toBe(texts.length);
    for (const name of names) expect(name).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(texts.map((text) => coreName(text, 20))).toEqual(names);
  });
});
