import fc from "fast-check";
import { expect, test } from "vitest";
import type { NewEntry } from "../model/entry.js";
import { ByteReader } from "./byte-reader.js";
import { ByteWriter } from "./byte-writer.js";
import { packRuns, unpackChunk } from "./encoding.js";
import { readRuns, writeEntries, writeLines } from "./runs.js";

const time = fc.record({
  seconds: fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
  nanos: fc.integer({ min: 0, max: 999_999_999 }),
});
const wellFormed = fc.string({ unit: "binary" }).filter((text) => Buffer.from(text).toString() === text);
const entry: fc.Arbitrary<NewEntry> = fc.record(
  {
    time,
    level: fc.integer({ min: 0, max: 5 }),
    type: fc.integer({ min: 1, max: 4 }),
    message: wellFormed,
    source: wellFormed,
    fields: fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes)),
    data: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  },
  { requiredKeys: ["time", "level", "type", "message", "source"] },
);

test("entries come back as they were written, behind lines and before them", () => {
  fc.assert(
    fc.property(
      fc.array(entry),
      fc.array(
        wellFormed.map((line) => line.replaceAll("\n", "")),
        { minLength: 1 },
      ),
      time,
      (entries, lines, at) => {
        const writer = new ByteWriter();
        const run = { bytes: Buffer.from(lines.join("\n")), count: lines.length, time: at, level: 3, source: "s" };
        writeEntries(writer, entries);
        writeLines(writer, run);
        writeEntries(writer, entries);
        const read = readRuns(Buffer.from(writer.finish()), 40);
        const asLines = lines.map((message) => ({ time: at, level: 3, type: 1, message, source: "s" }));
        expect(read).toEqual([...entries, ...asLines, ...entries].map((item, i) => ({ ...item, sequence: 40 + i })));
      },
    ),
  );
});

test("numbers of every size", () => {
  fc.assert(
    fc.property(
      fc.array(fc.maxSafeNat()),
      fc.array(fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
      (naturals, integers) => {
        const writer = new ByteWriter();
        for (const value of naturals) writer.varint(value);
        for (const value of integers) writer.signed(value);
        const reader = new ByteReader(Buffer.from(writer.finish()));
        expect(naturals.map(() => reader.varint())).toEqual(naturals);
        expect(integers.map(() => reader.signed())).toEqual(integers);
        expect(reader.done).toBe(true);
      },
    ),
  );
});

test("large runs are compressed, small ones are not", () => {
  const writer = new ByteWriter();
  writeLines(writer, {
    bytes: Buffer.from(Array(100).fill("the same line").join("\n")),
    count: 100,
    time: { seconds: 1, nanos: 0 },
    level: 0,
    source: "",
  });
  const runs = Buffer.from(writer.finish());
  const { encoding, data } = packRuns(runs);
  expect([encoding, data.length < runs.length / 5]).toEqual([1, true]);
  expect(unpackChunk({ firstSequence: 0, span: 100, firstAtMicros: 0, encoding, data })).toHaveLength(100);
  expect(packRuns(runs.subarray(0, 100)).encoding).toBe(0);
});

test("broken chunks are noticed", () => {
  const writer = new ByteWriter();
  writeEntries(writer, [{ time: { seconds: 1, nanos: 0 }, level: 0, type: 1, message: "message", source: "" }]);
  const runs = Buffer.from(writer.finish());
  expect(() => readRuns(runs.subarray(0, -1), 0)).toThrow("too early");
  expect(() => readRuns(Buffer.from([9]), 0)).toThrow("unknown kind");
  expect(() => unpackChunk({ firstSequence: 0, span: 1, firstAtMicros: 0, encoding: 9, data: runs })).toThrow(
    "unknown encoding",
  );
});
