import { expect, test } from "vitest";
import { cutBySpans, spansOf } from "./span.js";

const spans = spansOf({ first_segment: 3, later_segments: [5, 4], later_starts: [10, 20] });

test("spans are the first segment and those that it went on in", () => {
  expect(spans).toEqual([
    { segment: 3, from: 0 },
    { segment: 5, from: 10 },
    { segment: 4, from: 20 },
  ]);
  expect(spansOf({ first_segment: 1, later_segments: null, later_starts: null })).toEqual([{ segment: 1, from: 0 }]);
});

test.each([
  ["all", 0, 30, [3, 0, 10], [5, 10, 20], [4, 20, 30]],
  ["within one", 11, 12, [5, 11, 12]],
  ["over a border", 9, 11, [3, 9, 10], [5, 10, 11]],
  ["up to a border", 9, 10, [3, 9, 10]],
  ["nothing", 10, 10],
])("a range is cut at the borders: %s", (_, from, before, ...parts) => {
  expect(cutBySpans(spans, from, before).map((part) => [part.segment, part.from, part.before])).toEqual(parts);
});
