import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeText, encodeText } from "./text-code.js";

const text = fc.string({ unit: fc.constantFrom("\u0000", "\u0001", "\u0002", "a", "é", "😀") });
const order = (a: string, b: string) => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));

test("escaped texts have no zero, come back, and keep order and prefixes", () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(encodeText(a)).not.toContain("\u0000");
      expect(decodeText(encodeText(a))).toBe(a);
      expect(order(encodeText(a), encodeText(b))).toBe(order(a, b));
      expect(encodeText(a).startsWith(encodeText(b))).toBe(a.startsWith(b));
    }),
  );
});
