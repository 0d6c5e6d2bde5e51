import { describe, expect, it } from "vitest";
import { intArrayLiteral, packBytes } from "./pack-bytes.js";

describe("packBytes", () => {
  it("concatenates with offsets from one", () => {
    const packed = packBytes([Buffer.from("ab"), Buffer.alloc(0), Buffer.from("cde")]);
    expect(packed.data.toString()).toBe("abcde");
    expect(packed.offsets).toBe("{1,3,3}");
    expect(packed.lengths).toBe("{2,0,3}");
  });

  it("keeps null apart from empty", () => {
    expect(packBytes([null, Buffer.alloc(0), undefined])).toMatchObject({
      offsets: "{NULL,1,NULL}",
      lengths: "{NULL,0,NULL}",
    });
  });

  it("packs nothing into nothing", () => {
    expect(packBytes([])).toEqual({ data: Buffer.alloc(0), offsets: "{}", lengths: "{}" });
  });
});

describe("intArrayLiteral", () => {
  it.each([1.5, Number.NaN, 2 ** 53])("refuses %s", (value) => {
    expect(() => intArrayLiteral([1, value])).toThrow(RangeError);
  });
});
