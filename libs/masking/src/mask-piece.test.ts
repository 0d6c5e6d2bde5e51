import { expect, test } from "vitest";
import { createMask } from "./mask.js";
import type { OpenForms } from "./mask-piece.js";

/** Passes pieces on one by one, as a store has to. */
function passOn(secrets: readonly string[], pieces: readonly string[]): string[] {
  const mask = createMask(secrets);
  let open: OpenForms = {};
  return pieces.map((piece) => {
    // What is remembered goes through a database.
    const masked = mask.piece(Buffer.from(piece), JSON.parse(JSON.stringify(open)) as OpenForms, true);
    open = masked.open;
    return masked.bytes.toString();
  });
}

test.each([
  [["the key topsecret."], ["the key [masked]."]],
  [
    ["the key tops", "ecret."],
    ["the key [masked]", "."],
  ],
  [
    ["the key to", "psecret."],
    ["the key to", "[masked]."],
  ],
  [
    ["tops", "ec", "ret and", " on"],
    ["[masked]", "", " and", " on"],
  ],
  [["the topsoil"], ["the topsoil"]],
  [
    ["the tops", "oil"],
    ["the [masked]", "oil"],
  ],
  [
    ["a topsecrettopse", "cret b"],
    ["a [masked]", " b"],
  ],
  [
    ["xy", ""],
    ["xy", ""],
  ],
])("%j becomes %j", (pieces, expected) => {
  expect(passOn(["topsecret"], pieces)).toEqual(expected);
});

test("nothing of a secret but three letters is there, wherever it is cut, and in whatever form", () => {
  const secret = 'pa"ss/wörd-7';
  const shown = [secret, JSON.stringify(secret), encodeURIComponent(secret), Buffer.from(secret).toString("base64")];
  for (const text of shown.map((one) => `before ${one} after`)) {
    const bytes = Buffer.from(text);
    for (let first = 1; first < bytes.length; first++) {
      const mask = createMask([secret]);
      const one = mask.piece(bytes.subarray(0, first), {}, true);
      const two = mask.piece(bytes.subarray(first), one.open, true);
      const all = Buffer.concat([one.bytes, two.bytes]).toString();
      expect(all).toMatch(/^before .{0,5}\[masked\].{0,2} after$/);
    }
  }
});

test("an end that nothing follows is left as it is", () => {
  const mask = createMask(["topsecret"]);
  expect(mask.piece(Buffer.from("the tops"), {}, false)).toEqual({ bytes: Buffer.from("the tops"), open: {} });
});

test("what is remembered says nothing of the secret", () => {
  const { open } = createMask(["topsecret"]).piece(Buffer.from("tops"), {}, true);
  expect(JSON.stringify(open)).not.toContain("tops");
  expect(Object.values(open)).toEqual([4]);
});

test("lines stay as many as they are", () => {
  const mask = createMask(["first line\nsecond line"], { withinLines: true });
  expect(mask.text("x first line\nsecond line")).toBe("x [masked]\n[masked]");
});
