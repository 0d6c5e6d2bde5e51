import { fromConnectError, toConnectError } from "@switchyard/errors";
import { expect, test } from "vitest";
import { rangeOf } from "./read-artifact.js";

test.each([
  ["all", 10, 0, 0, { offset: 0, length: 10 }],
  ["the end", 10, 7, 0, { offset: 7, length: 3 }],
  ["a part", 10, 2, 3, { offset: 2, length: 3 }],
  ["more than there is", 10, 8, 100, { offset: 8, length: 2 }],
  ["nothing at the end", 10, 10, 0, { offset: 10, length: 0 }],
  ["all of nothing", 0, 0, 5, { offset: 0, length: 0 }],
])("%s", (_, size, offset, length, range) => {
  expect(rangeOf(size, offset, length)).toEqual(range);
});

test("what begins behind the end is refused", () => {
  try {
    rangeOf(10, 11, 0);
  } catch (error) {
    expect(fromConnectError(toConnectError(error))).toMatchObject({
      reason: "INVALID_ARGUMENT",
      metadata: { field: "offset", size: "10" },
    });
    return;
  }
  expect.unreachable();
});
