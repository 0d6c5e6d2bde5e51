import fc from "fast-check";
import { expect, test } from "vitest";
import { splitMessage, splitText } from "./split-text.js";

const linesOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8").split("\n");

test("any text gives its lines", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ unit: "grapheme" }).map((line) => line.replaceAll("\n", "")),
        { minLength: 1 },
      ),
      fc.boolean(),
      (lines, ended) => {
        const text = lines.join("\n") + (ended ? "\n" : "");
        // A last line that is empty and not ended is not there.
        const expected = !ended && lines.at(-1) === "" ? lines.slice(0, -1) : lines;
        const { bytes, count } = splitText(Buffer.from(text));
        expect(count).toBe(expected.length);
        if (count > 0) expect(linesOf(bytes)).toEqual(expected);
      },
    ),
  );
});

test("long lines are cut between characters, whatever the limit", () => {
  const unit = fc.constantFrom("a", "é", "€", "🙂");
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit, maxLength: 40 }), { minLength: 1 }),
      fc.integer({ min: 4, max: 20 }),
      (lines, limit) => {
        const { bytes, count } = splitText(Buffer.from(`${lines.join("\n")}\n`), limit);
        const pieces = linesOf(bytes);
        expect(pieces).toHaveLength(count);
        expect(pieces.join("")).toBe(lines.join(""));
        for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(limit);
      },
    ),
  );
});

test("bytes that are no UTF-8 are cut somewhere", () => {
  const { bytes, count } = splitText(new Uint8Array(100).fill(0x80), 10);
  expect(count).toBe(10);
  expect(bytes).toHaveLength(109);
});

test("messages are split only when they are too long", () => {
  expect(splitMessage("short", 5)).toEqual(["short"]);
  expect(splitMessage("", 5)).toEqual([""]);
  expect(splitMessage("🙂🙂🙂", 9)).toEqual(["🙂🙂", "🙂"]);
});
