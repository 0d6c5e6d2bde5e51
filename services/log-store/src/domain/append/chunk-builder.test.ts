import { expect, test } from "vitest";
import { unpackChunk } from "../../chunk/encoding.js";
import { ChunkBuilder } from "./chunk-builder.js";
import type { Draft } from "./draft.js";

const time = (seconds: number) => ({ seconds, nanos: 5 });
const lines = (messages: string[], seconds = 1): Draft => ({
  kind: "lines",
  bytes: Buffer.from(messages.join("\n")),
  count: messages.length,
  time: time(seconds),
  level: 2,
  source: "s",
});

function build(first: number, work: (builder: ChunkBuilder) => void) {
  const builder = new ChunkBuilder(first, 100);
  work(builder);
  const chunks = builder.finish();
  return { chunks, entries: chunks.flatMap((chunk) => unpackChunk(chunk)) };
}

test("small appends become one chunk, with the times of the first and the latest", () => {
  const { chunks, entries } = build(7, (builder) => {
    builder.add(lines(["a", "b"], 9));
    builder.add({ kind: "entries", entries: [{ time: time(4), level: 0, type: 1, message: "c", source: "" }] });
    builder.add(lines(["d"], 5));
  });
  expect(chunks).toHaveLength(1);
  expect(chunks[0]).toMatchObject({
    firstSequence: 7,
    span: 4,
    firstAtMicros: 9_000_000,
    lastAtMicros: 9_000_000,
    byteOffset: 100,
  });
  expect(entries.map(({ sequence, message }) => `${sequence}${message}`)).toEqual(["7a", "8b", "9c", "10d"]);
});

test("a gap is a chunk of its own, and what follows comes behind it", () => {
  const { chunks, entries } = build(0, (builder) => {
    builder.add(lines(["a"]));
    builder.gap(5, 3_000_000);
    builder.add(lines(["b"]));
  });
  expect(chunks.map(({ firstSequence, span, byteOffset }) => [firstSequence, span, byteOffset])).toEqual([
    [0, 1, 100],
    [1, 5, 101],
    [6, 1, 101],
  ]);
  expect(entries.map(({ sequence, type }) => [sequence, type])).toEqual([
    [0, 1],
    [1, 2],
    [6, 1],
  ]);
});

test("large drafts are spread over chunks without losing or doubling anything", () => {
  const messages = Array.from({ length: 20_000 }, (_, i) => (i % 500 === 0 ? "x".repeat(30_000) : String(i)));
  const { chunks, entries } = build(0, (builder) => {
    builder.add(lines(["first"]));
    builder.add(lines(messages));
  });
  expect(entries.map(({ message }) => message)).toEqual(["first", ...messages]);
  expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, i) => i));
  expect(chunks.length).toBeGreaterThan(4);
  for (const chunk of chunks) expect(chunk.span).toBeLessThanOrEqual(5_000);
  const ends = chunks.map(({ firstSequence, span }) => firstSequence + span);
  expect(chunks.slice(1).map(({ firstSequence }) => firstSequence)).toEqual(ends.slice(0, -1));
});

test("a large entry does not share a chunk with what came before it", () => {
  const raw = { time: time(1), level: 0, type: 1, message: "", source: "", data: new Uint8Array(300_000) };
  const { chunks } = build(0, (builder) => {
    builder.add(lines(["a", "b"]));
    builder.add({ kind: "entries", entries: [raw] });
    builder.add(lines(["c"]));
  });
  expect(chunks.map(({ firstSequence, span }) => [firstSequence, span])).toEqual([
    [0, 2],
    [2, 1],
    [3, 1],
  ]);
});
