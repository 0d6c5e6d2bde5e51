import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyMergePatch } from "./merge-patch.js";

// RFC 7396, appendix A.
test.each([
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', "{}"],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', "null", "null"],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
  ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
])("%s with %s is %s", (target, patch, result) => {
  expect(applyMergePatch(target, patch)).toBe(result);
});

describe("texts", () => {
  test("members that are not named keep their digits, escapes and blanks", () => {
    const target =
      ' { "id" : 12345678901234567890 , "s":"\\u00e9\\"}" , "deep": { "x": 1.50, "y":[ 1 , {"a":"]"} ] } }';
    expect(applyMergePatch(target, '{"deep":{"x":null,"z":1e2}}')).toBe(
      '{"id":12345678901234567890,"s":"\\u00e9\\"}","deep":{"y":[ 1 , {"a":"]"} ],"z":1e2}}',
    );
  });

  test("a member called __proto__ is a member like others", () => {
    expect(applyMergePatch('{"a":1}', '{"__proto__":{"b":2}}')).toBe('{"a":1,"__proto__":{"b":2}}');
  });

  test("whatever the texts, the result is what the algorithm of the RFC gives for the values", () => {
    const json = fc.oneof(
      fc.json(),
      fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value, null, 1)),
    );
    fc.assert(
      fc.property(json, json, (target, patch) => {
        expect(JSON.parse(applyMergePatch(target, patch))).toEqual(mergeValues(JSON.parse(target), JSON.parse(patch)));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** The algorithm of RFC 7396, section 2, on values. */
function mergeValues(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, mergeValues(result.get(name), value));
  }
  return Object.fromEntries(result);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
