import { createHash } from "node:crypto";
import { reasonOf } from "@switchyard/errors";
import { expect, test } from "vitest";
import { meterBytes } from "./meter-bytes.js";

async function* piecesOf(...pieces: (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece;
    yield Buffer.from(piece);
  }
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of bytes) text += Buffer.from(piece).toString();
  return text;
}

test("counts and hashes what passes", async () => {
  const meter = meterBytes(piecesOf("ab", "", "c"), 3);
  expect(await drain(meter.bytes)).toBe("abc");
  const { size, sha256 } = meter.facts();
  expect(size).toBe(3);
  expect(Buffer.from(sha256)).toEqual(createHash("sha256").update("abc").digest());
  expect(meter.failure()).toBeUndefined();
});

test("knows nothing before the end", async () => {
  const meter = meterBytes(piecesOf("ab"), 3);
  expect(() => meter.facts()).toThrow("not read to their end");
});

test("ends what is over the limit", async () => {
  const meter = meterBytes(piecesOf("ab", "cd", "e"), 3);
  const failure = await drain(meter.bytes).catch((error: unknown) => error);
  expect(reasonOf(failure)).toBe("PAYLOAD_TOO_LARGE");
  expect(meter.failure()?.error).toBe(failure);
});

test("remembers how its source failed", async () => {
  const gone = new Error("gone");
  const meter = meterBytes(piecesOf("ab", gone), 3);
  await expect(drain(meter.bytes)).rejects.toBe(gone);
  expect(meter.failure()).toEqual({ error: gone });
  expect(() => meter.facts()).toThrow();
});
