import { expect, test } from "vitest";
import { handlerFor, kindSelectors, matchesGlob } from "./handlers.js";

test.each([
  ["*", "", true],
  ["*", "a.b/c\nd", true],
  ["pipeline.*", "pipeline.generate-cv", true],
  ["pipeline.*", "pipelineXgenerate", false],
  ["a?c", "abc", true],
  ["a?c", "a🚂c", true],
  ["a?c", "ac", false],
  ["a+b[c](d)*", "a+b[c](d)e", true],
  ["A*", "abc", false],
])("%s against %s", (glob, text, expected) => {
  expect(matchesGlob(glob, text)).toBe(expected);
});

test("the exact name wins over globs, and names of the language are no handlers", () => {
  const [exact, glob] = [() => 1, () => 2];
  const handlers = { "a.*": glob, "a.b": exact };
  expect(handlerFor(handlers, "a.b")).toBe(exact);
  expect(handlerFor(handlers, "a.c")).toBe(glob);
  expect(handlerFor(handlers, "toString")).toBeUndefined();
});

test("kinds with wildcards are globs for the scheduler", () => {
  expect(kindSelectors(["a", "b*"])).toEqual([
    { by: { case: "exact", value: "a" } },
    { by: { case: "glob", value: "b*" } },
  ]);
});
