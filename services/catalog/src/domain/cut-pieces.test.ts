import { expect, test } from "vitest";
import { cutPieces } from "./cut-pieces.js";

async function* chunksOf(...sizes: number[]): AsyncGenerator<Uint8Array> {
  let next = 0;
  for (const size of sizes) yield Uint8Array.from({ length: size }, () => next++);
}

async function piecesOf(sizes: number[], total: number, pieceBytes: number): Promise<number[][]> {
  const pieces: number[][] = [];
  for await (const piece of cutPieces(chunksOf(...sizes), total, pieceBytes)) pieces.push([...piece]);
  return pieces;
}

test.each([
  ["chunks that are pieces", [4, 4], 8, [4, 4]],
  ["small chunks", [1, 1, 1, 1, 1, 1, 1], 7, [4, 3]],
  ["one large chunk", [11], 11, [4, 4, 3]],
  ["chunks that cross pieces", [3, 6, 2], 11, [4, 4, 3]],
  ["empty chunks", [0, 4, 0, 1, 0], 5, [4, 1]],
  ["more than was asked for", [9, 9], 6, [4, 2]],
  ["nothing", [], 0, []],
  ["nothing of something", [3], 0, []],
])("%s", async (_, sizes, total, expected) => {
  const pieces = await piecesOf(sizes, total, 4);
  expect(pieces.map((piece) => piece.length)).toEqual(expected);
  expect(pieces.flat()).toEqual([...Array(total).keys()]);
});

test("a chunk that is a piece is handed on as it is", async () => {
  const chunk = new Uint8Array(4);
  const source = (async function* () {
    yield chunk;
  })();
  const { value } = await cutPieces(source, 4, 4).next();
  expect((value as Uint8Array).buffer).toBe(chunk.buffer);
});

test("an early end is an error, and what came whole was handed on before", async () => {
  const got: number[] = [];
  const reading = (async () => {
    for await (const piece of cutPieces(chunksOf(4, 1), 8, 4)) got.push(piece.length);
  })();
  await expect(reading).rejects.toThrow("3 too early");
  expect(got).toEqual([4]);
});

test("leaving early ends the source", async () => {
  let ended = false;
  const source = (async function* () {
    try {
      for (;;) yield new Uint8Array(4);
    } finally {
      ended = true;
    }
  })();
  for await (const _ of cutPieces(source, 100, 4)) break;
  expect(ended).toBe(true);
});
