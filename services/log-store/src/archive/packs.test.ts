import { expect, test } from "vitest";
import { Encoding, packRuns, unpackChunk } from "../chunk/encoding.js";
import { ByteWriter } from "../chunk/byte-writer.js";
import { writeLines } from "../chunk/runs.js";
import { mergeChunks } from "./merge-chunks.js";
import { decodeDirectory, decodeTable, directoryEntryBytes, findInDirectory, tableEntryBytes } from "./pack-format.js";
import { type ChunkToPack, chunkQueue, type PackFacts, writePack } from "./write-pack.js";

/** A chunk of lines. */
function chunk(streamId: number, firstSequence: number, ...lines: string[]): ChunkToPack {
  const writer = new ByteWriter();
  const time = { seconds: firstSequence, nanos: 0 };
  writeLines(writer, { bytes: Buffer.from(lines.join("\n")), count: lines.length, time, level: 0, source: "" });
  const micros = firstSequence * 1_000_000;
  const facts = { streamId, firstSequence, span: lines.length, firstAtMicros: micros, lastAtMicros: micros };
  return { ...facts, byteOffset: 0, ...packRuns(writer.finish()) };
}

const gap = (streamId: number, firstSequence: number, span: number): ChunkToPack => ({
  ...{ streamId, firstSequence, span, firstAtMicros: 0, lastAtMicros: 0, byteOffset: 0 },
  ...{ encoding: Encoding.gap, data: Buffer.alloc(0) },
});

async function* from<T>(...items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const said = (chunks: readonly ChunkToPack[]) =>
  chunks.map((each) => [
    each.streamId,
    each.firstSequence,
    each.span,
    unpackChunk(each)
      .map(({ sequence, message }) => `${sequence} ${message}`)
      .join(", "),
  ]);

test("neighbours of one stream become one chunk; gaps and other streams end it", async () => {
  const chunks = [chunk(1, 0, "a"), chunk(1, 1, "b", "c"), gap(1, 3, 2), chunk(1, 5, "d"), chunk(2, 0, "e")];
  expect(said(await collect(mergeChunks(from(...chunks))))).toEqual([
    [1, 0, 3, "0 a, 1 b, 2 c"],
    [1, 3, 2, "3 2 entries are missing"],
    [1, 5, 1, "5 d"],
    [2, 0, 1, "0 e"],
  ]);
});

test("a merged chunk has the times of all, and is no larger than a chunk may be", async () => {
  const [merged] = await collect(mergeChunks(from(chunk(1, 3, "a"), chunk(1, 4, "b"))));
  expect(merged).toMatchObject({ firstAtMicros: 3_000_000, lastAtMicros: 4_000_000 });
  const long = "x".repeat(200_000);
  expect(await collect(mergeChunks(from(chunk(1, 0, long), chunk(1, 1, long))))).toHaveLength(2);
});

test("a pack is its chunks, a table for each stream and a directory", async () => {
  const chunks = [chunk(1, 0, "a"), chunk(1, 1, "b"), gap(3, 0, 9), chunk(7, 4, "c")];
  let facts: PackFacts | undefined;
  const bytes = Buffer.concat(
    await collect(
      writePack(chunkQueue(from(...chunks)), 1_000_000, (made) => {
        facts = made;
      }),
    ),
  );
  expect(facts).toMatchObject({ firstStreamId: 1, firstSequence: 0, byteCount: bytes.length, streamCount: 3 });
  const { directoryOffset = 0 } = facts ?? {};
  const directory = bytes.subarray(directoryOffset);
  expect(directory.length).toBe(3 * directoryEntryBytes);
  expect(decodeDirectory(directory).map(({ streamId, chunkCount }) => [streamId, chunkCount])).toEqual([
    [1, 2],
    [3, 1],
    [7, 1],
  ]);
  const read = [1, 3, 7].flatMap((streamId) => {
    const { tableOffset, chunkCount } = findInDirectory(directory, streamId) ?? { tableOffset: 0, chunkCount: 0 };
    const table = decodeTable(bytes.subarray(tableOffset, tableOffset + chunkCount * tableEntryBytes));
    return table.map(({ dataOffset, dataLength, ...rest }) => ({
      ...{ streamId, ...rest, data: bytes.subarray(dataOffset, dataOffset + dataLength) },
    }));
  });
  expect(read).toEqual(chunks);
  expect([0, 2, 4, 8].map((streamId) => findInDirectory(directory, streamId))).toEqual(Array(4).fill(undefined));
});

test("what does not fit goes into the next pack, in the middle of a stream too", async () => {
  const queue = chunkQueue(from(chunk(1, 0, "a"), chunk(1, 1, "b"), chunk(2, 0, "c")));
  const packs: PackFacts[] = [];
  while ((await queue.peek()) !== undefined) await collect(writePack(queue, 10, (made) => packs.push(made)));
  expect(packs.map(({ firstStreamId, firstSequence }) => [firstStreamId, firstSequence])).toEqual([
    [1, 0],
    [1, 1],
    [2, 0],
  ]);
});
