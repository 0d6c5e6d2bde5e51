import { describe, expect, it } from "vitest";
import { createLineRing } from "./line-ring.js";

const indexes = (lines: readonly { readonly index: number }[] | undefined) => lines?.map(({ index }) => index);

describe("a ring of lines", () => {
  it("is empty at first", () => {
    const ring = createLineRing();
    expect(ring.end).toBe(0);
    expect(ring.from(0)).toEqual([]);
    expect(ring.from(7)).toEqual([]);
  });

  it("keeps the newest lines by number", () => {
    const ring = createLineRing({ maxLines: 3 });
    for (let index = 0; index < 10; index += 1) ring.add({ index, text: `line ${index}` });
    expect(ring.end).toBe(10);
    expect(indexes(ring.from(7))).toEqual([7, 8, 9]);
    expect(ring.from(9)).toEqual([{ index: 9, text: "line 9" }]);
    expect(ring.from(6)).toBeUndefined();
    expect(ring.from(10)).toEqual([]);
  });

  it("keeps no more text than it may, and the newest line always", () => {
    const ring = createLineRing({ maxChars: 10 });
    for (let index = 0; index < 5; index += 1) ring.add({ index, text: "1234" });
    expect(indexes(ring.from(3))).toEqual([3, 4]);
    expect(ring.from(2)).toBeUndefined();
    ring.add({ index: 5, text: "x".repeat(100) });
    expect(indexes(ring.from(5))).toEqual([5]);
    expect(ring.from(4)).toBeUndefined();
  });

  it("goes on behind numbers that are missing", () => {
    const ring = createLineRing();
    for (const index of [0, 1, 5, 6, 9]) ring.add({ index, text: "" });
    expect(indexes(ring.from(0))).toEqual([0, 1, 5, 6, 9]);
    expect(indexes(ring.from(2))).toEqual([5, 6, 9]);
    expect(indexes(ring.from(6))).toEqual([6, 9]);
    expect(indexes(ring.from(8))).toEqual([9]);
  });
});
