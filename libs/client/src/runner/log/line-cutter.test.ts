import { describe, expect, test } from "vitest";
import { createLineCutter, type TextPiece } from "./line-cutter.js";

function cut(text: Buffer | string, sizes: (left: number) => number): TextPiece[] {
  const bytes = Buffer.from(text);
  const cutter = createLineCutter();
  const pieces: TextPiece[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = Math.max(1, sizes(bytes.length - at));
    pieces.push(...cutter.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return [...pieces, ...cutter.end()];
}

const join = (pieces: TextPiece[]) => Buffer.concat(pieces.map(({ data }) => data)).toString("utf8");

describe("createLineCutter", () => {
  test("every way to cut the input gives the same lines, characters of all widths included", () => {
    const text = "plain\n\nwürde 日本語 🚂🚃\r\nend of 🚂";
    for (let size = 1; size <= Buffer.byteLength(text); size++) {
      const pieces = cut(text, () => size);
      expect(join(pieces)).toBe(text);
      expect(pieces.reduce((sum, { lines }) => sum + lines, 0)).toBe(4);
      expect(pieces.map(({ complete }) => complete).indexOf(false)).toBe(pieces.length - 1);
    }
  });

  test("a line is ready when its end is there, and not before", () => {
    const cutter = createLineCutter();
    expect(cutter.push(Buffer.from("begin"))).toEqual([]);
    expect(cutter.heldBytes).toBe(5);
    expect(join(cutter.push(Buffer.from("ning\nnext")))).toBe("beginning\n");
    expect(join(cutter.end())).toBe("next");
    expect(cutter.end()).toEqual([]);
  });

  test("pieces stay within 5,000 lines and about 64 KiB", () => {
    const short = cut("\n".repeat(12_001), (left) => left);
    expect(short.map(({ lines }) => lines)).toEqual([5_000, 5_000, 2_001]);
    const long = cut(`${"x".repeat(999)}\n`.repeat(1_000), (left) => left);
    expect(Math.max(...long.map(({ data }) => data.length))).toBeLessThanOrEqual(64 * 1024);
    expect(long.reduce((sum, { lines }) => sum + lines, 0)).toBe(1_000);
  });

  test("a line without end is cut between characters, with bounded memory", () => {
    const text = "a🚂".repeat(200_000);
    const cutter = createLineCutter();
    const bytes = Buffer.from(text);
    const pieces: TextPiece[] = [];
    for (let at = 0; at < bytes.length; at += 1_000) {
      pieces.push(...cutter.push(bytes.subarray(at, at + 1_000)));
      expect(cutter.heldBytes).toBeLessThanOrEqual(256 * 1024 + 1_000);
    }
    pieces.push(...cutter.end());
    expect(join(pieces)).toBe(text);
    expect(pieces.every(({ lines }) => lines === 1)).toBe(true);
  });

  test("bytes that are no UTF-8 become replacement characters and keep the lines", () => {
    const pieces = cut(Buffer.from([0x61, 0xff, 0x0a, 0x62, 0x0a]), () => 2);
    expect(join(pieces)).toBe("a\uFFFD\nb\n");
  });
});
