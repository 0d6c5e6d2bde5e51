import { describe, expect, it } from "vitest";
import { intArray } from "./int-array.js";
import { packBytes } from "./pack-bytes.js";

describe("packBytes", () => {
  it("concatenates with offsets from one", () => {
    const packed = packBytes([Buffer.from("ab"), Buffer.alloc(0), Buffer.from("cde")]);
    expect(packed.data.toString()).toBe("abcde");
    expect(packed.offsets).toEqual(intArray("int", [1, 3, 3]));
    expect(packed.lengths).toEqual(intArray("int", [2, 0, 3]));
  });

  it("keeps null apart from empty", () => {
    expect(packBytes([null, Buffer.alloc(0), undefined])).toMatchObject({
      offsets: intArray("int", [null, 1, null]),
      lengths: intArray("int", [null, 0, null]),
    });
  });

  it("packs nothing into nothing", () => {
    expect(packBytes([])).toEqual({
      data: Buffer.alloc(0),
      offsets: intArray("int", []),
      lengths: intArray("int", []),
    });
  });
});
