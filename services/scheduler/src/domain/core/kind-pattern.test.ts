import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileKindSelectors, matchesGlob } from "./kind-pattern.js";

describe("kind selectors", () => {
  it.each([
    ["*", "", true],
    ["*", "anything", true],
    ["test-*", "test-1", true],
    ["test-*", "a-test-1", false],
    ["*disk*", "my-disk-full", true],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["A*", "abc", false],
    ["a.c", "abc", false],
    ["*a*b", "xaxxb", true],
    ["*a*b", "xaxxbc", false],
  ])("glob %s on %s is %s", (glob, text, expected) => {
    expect(matchesGlob(glob, text)).toBe(expected);
  });

  it("agrees with the regular expression of the same glob", () => {
    const glob = fc.array(fc.constantFrom("a", "b", "*", "?", "."), { maxLength: 8 }).map((c) => c.join(""));
    const text = fc.array(fc.constantFrom("a", "b", "."), { maxLength: 10 }).map((c) => c.join(""));
    fc.assert(
      fc.property(glob, text, (g, t) => {
        const expression = new RegExp(`^${g.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
        expect(matchesGlob(g, t)).toBe(expression.test(t));
      }),
      { numRuns: 3_000 },
    );
  });

  it("takes wildcards in an exact selector literally", () => {
    const selects = compileKindSelectors([{ exact: "a*" }, { glob: "b-?" }, { glob: "plain" }]);
    expect(["a*", "ab", "b-1", "b-12", "plain"].filter(selects)).toEqual(["a*", "b-1", "plain"]);
  });

  it("selects nothing without a selector", () => {
    expect(compileKindSelectors([])("x")).toBe(false);
  });
});
