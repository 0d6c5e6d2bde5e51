import { describe, expect, test } from "vitest";
import { compileRegex } from "./safe-regex.js";

test.each([
  ["^a.c$", "abc", true],
  ["^a.c$", "a\nc", false],
  ["(?s)^a.c$", "a\nc", true],
  ["(?m)^c$", "a\nc", true],
  ["(?i)ERR\\S", "my error", true],
  ["(?i)[A-F]+\\d", "xyz abc1", true],
  ["(?im)^ERROR", "a\nerror", true],
  ["é+", "caféé", true],
  ["(?:a|b){2,4}$", "xab", true],
])("%s on %j: %s", (source, text, expected) => {
  expect(compileRegex(source)(text)).toBe(expected);
});

describe("refused", () => {
  test.each([
    ["look-ahead", "a(?=b)"],
    ["look-behind", "(?<!a)b"],
    ["a back reference", "(a)\\1"],
    ["a named back reference", "(?<x>a)\\k<x>"],
    ["nested large counts", "(?:a{1,50}){1,50}"],
    ["what is no expression", "(a"],
    ["code points without case", "(?i)\\x41"],
    ["what is too long", "a".repeat(1_001)],
  ])("%s", (_, source) => {
    expect(() => compileRegex(source)).toThrow("filter.regex");
  });
});

test.each(["(a+)+$", "(a|aa)+$", "(a|a)*b", "(.*)*x"])("%s ends on a text made against it", (source) => {
  expect(compileRegex(source)(`${"a".repeat(3_000)}!`)).toBe(false);
});
