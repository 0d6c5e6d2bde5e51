import fc from "fast-check";
import { expect, test } from "vitest";
import { requiredText } from "./required-text.js";

test.each([
  ["error", "error"],
  ["^[0-9]*777777 ", "777777 "],
  ["user-\\d+ logged (in|out) at", " logged "],
  ["a\\.b\\.c", "a.b.c"],
  ["colou?r", "colo"],
  ["go+al", "go"],
  ["abc{2}de", "ab"],
  ["x(abc|d)yz", "yz"],
  ["[abc]def", "def"],
  ["[\\]abc]de", "de"],
  ["(a(b)[)]c)de", "de"],
  ["(?s)^one.two$", "one"],
  ["(?i)error", ""],
  ["error|warning", ""],
  ["\\x41bc", ""],
  ["\\bword\\b", "word"],
  ["a*b?", ""],
  ["", ""],
])("%s: %j", (source, text) => {
  expect(requiredText(source)).toBe(text);
});

test("whatever matches has it", () => {
  const part = fc.constantFrom(
    "a",
    "b",
    "ab",
    "\\.",
    ".",
    "a+",
    "b*",
    "a?",
    "[ab]",
    "[^a]",
    "(a|b)",
    "(?:ab)+",
    "\\d",
    "b{1,2}",
    "^",
    "$",
    "a|b",
  );
  const pattern = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));
  const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "1"), maxLength: 12 });
  let matches = 0;
  fc.assert(
    fc.property(pattern, text, (source, candidate) => {
      const found = new RegExp(source).exec(candidate);
      if (found === null) return;
      matches++;
      expect(candidate).toContain(requiredText(source));
    }),
    { numRuns: 5_000 },
  );
  expect(matches).toBeGreaterThan(500);
});
