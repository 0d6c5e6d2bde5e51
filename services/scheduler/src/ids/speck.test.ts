import { describe, expect, it } from "vitest";
import { createSpeck48, createSpeck64 } from "./speck.js";

describe("Speck, against the vectors of the paper", () => {
  it("48/96", () => {
    const cipher = createSpeck48([0x1a1918, 0x121110, 0x0a0908, 0x020100]);
    const block = { high: 0x6d2073, low: 0x696874 };
    cipher.encrypt(block);
    expect(block).toEqual({ high: 0x735e10, low: 0xb6445d });
    cipher.decrypt(block);
    expect(block).toEqual({ high: 0x6d2073, low: 0x696874 });
  });

  it("64/128", () => {
    const cipher = createSpeck64([0x1b1a1918, 0x13121110, 0x0b0a0908, 0x03020100]);
    const block = { high: 0x3b726574, low: 0x7475432d };
    cipher.encrypt(block);
    expect(block).toEqual({ high: 0x8c6fa548, low: 0x454e028b });
    cipher.decrypt(block);
    expect(block).toEqual({ high: 0x3b726574, low: 0x7475432d });
  });
});
