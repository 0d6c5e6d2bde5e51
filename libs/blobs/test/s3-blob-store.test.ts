import { randomBytes, randomUUID } from "node:crypto";
import { freePort, type S3Server, startS3Server } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BlobMissing, type BlobStore, openBlobStore } from "../src/index.js";

let server: S3Server;
let store: BlobStore;
beforeAll(async () => {
  server = await startS3Server();
  store = await openS3(server.endpoint, server.bucket, "deep/down/");
  await store.prepare();
});
afterAll(async () => {
  await store?.close();
  await server?.stop();
});

const openS3 = (endpoint: string, bucket: string, prefix: string) =>
  openBlobStore({ endpoint, bucket, prefix }, 1024 ** 3);

async function* chunks(...parts: (Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield part;
  }
}

const firstPiece = (id: string) =>
  store.read(id, { offset: 0, length: 1 }, new AbortController().signal)[Symbol.asyncIterator]().next();
const statusOf = async (key: string) => (await fetch(`${server.endpoint}/${server.bucket}/${key}`)).status;

test("keys are the prefix and the id", async () => {
  const id = randomUUID();
  await store.write(id, chunks(randomBytes(10)));
  expect(await statusOf(`deep/down/${id}`)).toBe(200);
  await store.delete(id);
  expect(await statusOf(`deep/down/${id}`)).toBe(404);
  await store.delete(id);
});

test.each([
  ["one part", 1],
  ["several parts", 12],
])("a source that fails after %s leaves no object", async (_, pieces) => {
  const [id, gone] = [randomUUID(), new Error("gone")];
  const mebibytes = Array.from({ length: pieces }, () => randomBytes(1024 * 1024));
  // Which failure it is: that of the source, or that of giving the parts up, which this server cannot do.
  await expect(store.write(id, chunks(...mebibytes, gone))).rejects.toThrow();
  await expect(firstPiece(id)).rejects.toBeInstanceOf(BlobMissing);
});

test("what is not there is missing", async () => {
  await expect(firstPiece(randomUUID())).rejects.toBeInstanceOf(BlobMissing);
});

test("reading ends with its signal", async () => {
  const id = randomUUID();
  await store.write(id, chunks(randomBytes(4_000_000)));
  const caller = new AbortController();
  const reading = (async () => {
    for await (const _ of store.read(id, { offset: 0, length: 4_000_000 }, caller.signal)) caller.abort();
  })();
  await expect(reading).rejects.toThrow();
});

test("a bucket that does not exist is told at the start; a server that is away is not waited for", async () => {
  const wrong = await openS3(server.endpoint, "wrong-bucket", "");
  await expect(wrong.prepare()).rejects.toThrow("there is no bucket wrong-bucket");
  await wrong.close();
  const away = await openS3(`http://127.0.0.1:${await freePort()}`, "bucket", "");
  await away.prepare();
  await expect(away.write(randomUUID(), chunks(randomBytes(10)))).rejects.toThrow();
  await away.close();
});
