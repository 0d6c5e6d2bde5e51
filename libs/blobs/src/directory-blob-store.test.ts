import { randomBytes, randomUUID } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@switchyard/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BlobMissing, type BlobStore } from "./blob-store.js";
import { createDirectoryBlobStore } from "./directory-blob-store.js";

let place: Awaited<ReturnType<typeof temporaryDirectory>>;
let store: BlobStore;
beforeEach(async () => {
  place = await temporaryDirectory();
  store = createDirectoryBlobStore(join(place.path, "deep", "down"));
  await store.prepare();
});
afterEach(() => place.remove());

const { signal } = new AbortController();

async function* chunks(...parts: (Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield part;
  }
}

async function readAll(id: string, offset: number, length: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of store.read(id, { offset, length }, signal)) parts.push(part);
  return Buffer.concat(parts);
}

/** Every file below the directory. */
async function files(): Promise<string[]> {
  const entries = await readdir(place.path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

test("keeps bytes under their id alone", async () => {
  const [id, bytes] = [randomUUID(), randomBytes(700_000)];
  await store.write(id, chunks(bytes.subarray(0, 10), bytes.subarray(10)));
  expect(await files()).toEqual([id]);
  expect((await readAll(id, 0, bytes.length)).equals(bytes)).toBe(true);
  expect(await readAll(id, 300_000, 7)).toEqual(bytes.subarray(300_000, 300_007));
  expect((await readAll(id, 699_999, 100)).length).toBe(1);
});

test("keeps no bytes at all, too", async () => {
  const id = randomUUID();
  await store.write(id, chunks());
  expect(await files()).toEqual([id]);
});

test("a source that fails leaves nothing", async () => {
  const [id, gone] = [randomUUID(), new Error("gone")];
  await expect(store.write(id, chunks(randomBytes(100_000), gone))).rejects.toBe(gone);
  expect(await files()).toEqual([]);
  await expect(readAll(id, 0, 1)).rejects.toBeInstanceOf(BlobMissing);
});

test("deletes blobs, what a killed write has left, and what is not there", async () => {
  const id = randomUUID();
  await store.write(id, chunks(randomBytes(10)));
  await writeFile(join(place.path, "deep", "down", id.slice(0, 2), `${id}.part`), "half");
  await store.delete(id);
  expect(await files()).toEqual([]);
  await store.delete(id);
});

test("reading ends with its signal", async () => {
  const id = randomUUID();
  await store.write(id, chunks(randomBytes(1_000_000)));
  const caller = new AbortController();
  const reading = (async () => {
    for await (const _ of store.read(id, { offset: 0, length: 1_000_000 }, caller.signal)) caller.abort();
  })();
  await expect(reading).rejects.toMatchObject({ name: "AbortError" });
});

test("says when the directory cannot be one", async () => {
  const file = join(place.path, "file");
  await writeFile(file, "");
  await expect(createDirectoryBlobStore(file).prepare()).rejects.toThrow();
});
