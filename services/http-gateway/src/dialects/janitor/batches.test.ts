import { describe, expect, it } from "vitest";
import { inBatches, maxBatchBytes } from "./batches.js";

describe("inBatches", () => {
  it("cuts after a thousand items", () => {
    const items = Array.from({ length: 2500 }, (_, index) => index);
    const batches = inBatches(items, () => 10);
    expect(batches.map(({ length }) => length)).toEqual([1000, 1000, 500]);
    expect(batches.flat()).toEqual(items);
  });

  it("cuts before there are too many bytes", () => {
    expect(inBatches([maxBatchBytes - 1, 1, 1], (size) => size)).toEqual([[maxBatchBytes - 1, 1], [1]]);
  });

  it("keeps an item that no call can carry alone", () => {
    expect(inBatches([1, maxBatchBytes * 2, 1], (size) => size)).toEqual([[1], [maxBatchBytes * 2], [1]]);
  });

  it("makes nothing of nothing", () => {
    expect(inBatches([], () => 1)).toEqual([]);
  });
});
