import { describe, expect, test } from "vitest";
import { createMask } from "./mask.js";
import { secretForms } from "./secret-forms.js";

/** Passes a text through in pieces of a size. */
function inPieces(secrets: readonly string[], text: string, size: number): string {
  const stream = createMask(secrets).stream();
  if (stream === undefined) return text;
  const bytes = Buffer.from(text);
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) out.push(stream.push(bytes.subarray(at, at + size)));
  return Buffer.concat([...out, stream.end()]).toString("utf8");
}

const secrets = ["topsecret", "topsecret-longer", "secret-longer-still", 'pass word/ä"', "aabaab"];

describe.each([1, 2, 3, 5, 8, 1_000])("in pieces of %i bytes", (size) => {
  test.each([
    ["nothing of it", "nothing of it"],
    ["the key topsecret.", "the key [masked]."],
    ["topsecrettopsecret", "[masked][masked]"],
    ["topsecret-longe", "[masked]-longe"],
    ["topsecret-longer!", "[masked]!"],
    ["overlapping topsecret-longer-still here", "overlapping [masked] here"],
    ["topsecre", "topsecre"],
    ["toptopsecret", "top[masked]"],
    ["aabaaabaabaab|", "aaba[masked]|"],
    ['say "pass word/ä\\"" twice', 'say "[masked]" twice'],
    ["q=pass%20word%2F%C3%A4%22&r=pass+word%2f%c3%a4%22", "q=[masked]&r=[masked]"],
    ['"pass word\\/ä\\"" "pass word/\\u00e4\\""', '"[masked]" "[masked]"'],
    ["🚂 topsecret 🚂", "🚂 [masked] 🚂"],
  ])("%j becomes %j", (text, expected) => {
    expect(inPieces(secrets, text, size)).toBe(expected);
  });

  test("a secret inside an encoded text is found wherever it stands", () => {
    for (const before of ["", "u", "us", "user:", "someone:"]) {
      const encoded = Buffer.from(`${before}topsecret and more`).toString("base64");
      const masked = inPieces(secrets, `Authorization: Basic ${encoded}`, size);
      expect(masked).toContain("[masked]");
      // What is left holds less than one byte of it at either end.
      const rest = masked.replace("Authorization: Basic ", "").split("[masked]");
      expect(rest).toHaveLength(2);
      expect(rest[0]?.length).toBeLessThanOrEqual(Math.ceil((before.length * 8) / 6));
      expect(rest[1]?.length).toBeLessThanOrEqual(Math.ceil((" and more".length * 8) / 6) + 3);
    }
  });
});

test("each line of a value is blackened, and short ones are left", () => {
  expect(inPieces(["first line\nab\nsecond line"], "x first line\nab\nsecond line", 4)).toBe("x [masked]");
  expect(inPieces(["first line\nab\nsecond line"], "x second line ab", 4)).toBe("x [masked] ab");
  expect(createMask(["short"]).stream()).toBeUndefined();
});

test("what can't be a secret goes on at once", () => {
  const stream = createMask(["topsecret"]).stream();
  expect(stream?.push(Buffer.from("progress: 5 %\n")).toString()).toBe("progress: 5 %\n");
  expect(stream?.push(Buffer.from("then tops")).toString()).toBe("then ");
  expect(stream?.push(Buffer.from("!")).toString()).toBe("tops!");
});

test("never as much as the longest form is held back", () => {
  const secret = "topsecret-longer";
  const longest = Math.max(...secretForms(secret).map((form) => Buffer.byteLength(form)));
  const stream = createMask([secret]).stream();
  let held = 0;
  for (let i = 0; i < 500; i++) {
    // Beginnings of it that never become the whole.
    const piece = Buffer.from(secret.slice(0, 1 + ((i * 7) % 15)));
    held += piece.length - (stream?.push(piece).length ?? 0);
    expect(held).toBeLessThan(longest);
  }
  expect(stream?.end()).toHaveLength(held);
});

/** Small alphabets make overlaps and false beginnings likely. */
test("pieces never change what is blackened", () => {
  let seed = 7;
  const next = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
  const word = (length: number) => Array.from({ length }, () => "ab"[next(2)]).join("");
  for (let round = 0; round < 60; round++) {
    const values = Array.from({ length: 1 + next(3) }, () => word(6 + next(4)));
    const text = word(80);
    const whole = createMask(values).text(text);
    for (const size of [1, 3, 7]) expect(inPieces(values, text, size)).toBe(whole);
    for (const value of values) expect(whole).not.toContain(value);
  }
});
