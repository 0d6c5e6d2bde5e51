import { randomBytes } from "node:crypto";
import { createSignal, eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BlobStore } from "@switchyard/blobs";
import { type ArtifactFixture, messagesOf, startArtifacts, type UploadInit } from "./artifact-fixture.js";
import { createHeldStore, openDirectory, type TestStore } from "./artifact-stores.js";
import { freshNamespace, refusal } from "./catalog-fixture.js";

let store: TestStore;
let blobs: BlobStore;
let fixture: ArtifactFixture;
beforeAll(async () => {
  store = await openDirectory();
  blobs = { ...store.blobs };
  // Through this object each case puts what it wants in front of the directory.
  fixture = await startArtifacts({
    prepare: () => blobs.prepare(),
    write: (id, bytes) => blobs.write(id, bytes),
    read: (id, range, signal) => blobs.read(id, range, signal),
    delete: (id) => blobs.delete(id),
    close: () => blobs.close(),
  });
});
afterAll(async () => {
  await fixture?.stop();
  await store?.stop();
});

test("a sender is never far ahead of a store that takes its time", async () => {
  const namespace = freshNamespace();
  const piece = randomBytes(1024 * 1024);
  let [sent, taken, mostAhead] = [0, 0, 0];
  async function* messages(): AsyncGenerator<UploadInit> {
    yield { message: { case: "artifact", value: { namespace } } };
    for (; sent < 100; sent++) yield { message: { case: "data", value: piece } };
  }
  blobs.write = async (_, bytes) => {
    for await (const _ of bytes) {
      taken++;
      mostAhead = Math.max(mostAhead, sent - taken);
      // Long enough for a sender without a brake to be done.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const { artifact } = await fixture.client.uploadArtifact(messages());
  blobs.write = store.blobs.write;
  expect(artifact?.size).toBe(100n * 1024n * 1024n);
  expect(mostAhead).toBeLessThan(50);
});

test("a reader who leaves ends the reading", async () => {
  const namespace = freshNamespace();
  const { id } = await fixture.upload({ namespace }, randomBytes(5_000_000));
  const ended = createSignal("the end of the reading");
  blobs.read = async function* (...request) {
    try {
      yield* store.blobs.read(...request);
    } finally {
      ended.emit();
    }
  };
  const download = () => fixture.client.downloadArtifact({ namespace, by: { case: "artifactId", value: id } });
  for await (const { data } of download()) if (data.length > 0) break;
  await ended.next();
  blobs.read = store.blobs.read;
});

test("a reader who waits for a store that does not answer can leave too", async () => {
  const namespace = freshNamespace();
  const { id } = await fixture.upload({ namespace }, randomBytes(10));
  const waiting = createSignal("a reading");
  blobs.read = async function* (_id, _range, signal) {
    waiting.emit();
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  const caller = new AbortController();
  const request = { namespace, by: { case: "artifactId", value: id } } as const;
  const call = (async () => {
    for await (const _ of fixture.client.downloadArtifact(request, { signal: caller.signal }));
  })();
  const refused = refusal(call);
  await waiting.next();
  caller.abort();
  expect((await refused).reason).toBe("CANCELLED");
  blobs.read = store.blobs.read;
});

test("a caller who goes when the bytes are sent, and before they are an artifact, gets none", async () => {
  const namespace = freshNamespace();
  const held = createHeldStore(store.blobs);
  blobs.write = held.blobs.write;
  const caller = new AbortController();
  const messages = messagesOf({ namespace, jobId: "job", name: "a" }, randomBytes(10));
  const call = refusal(fixture.inMemory.uploadArtifact(messages, { signal: caller.signal }));
  await eventually(() => expect(held.written).toHaveLength(1));
  caller.abort();
  expect((await call).reason).toBe("CANCELLED");
  held.release();
  blobs.write = store.blobs.write;
  await eventually(async () => {
    await fixture.catalog.reap();
    expect(await fixture.query("select 1 from catalog.loose_blobs")).toEqual([]);
  });
  expect(await fixture.query("select 1 from catalog.artifacts where namespace = $1", [namespace])).toEqual([]);
});

test("a store that fails is told as such, and leaves nothing", async () => {
  const namespace = freshNamespace();
  blobs.write = async (id, bytes) => {
    await store.blobs.write(id, bytes);
    throw new Error("no space left on the device /secret/path");
  };
  const call = fixture.upload({ namespace, jobId: "job", name: "a" }, randomBytes(10));
  const refused = await refusal(call);
  expect(refused).toMatchObject({ reason: "STORAGE_UNAVAILABLE", metadata: { outcome: "not_written" } });
  blobs.write = store.blobs.write;
  await fixture.upload({ namespace, jobId: "job", name: "a" }, randomBytes(10));
  await eventually(async () => {
    await fixture.catalog.reap();
    expect(await fixture.query("select 1 from catalog.loose_blobs")).toEqual([]);
  });
});

test("a download that is not whole fails", async () => {
  const namespace = freshNamespace();
  const { id } = await fixture.upload({ namespace }, randomBytes(10));
  const download = () => fixture.download({ namespace, by: { case: "artifactId", value: id } });
  blobs.read = async function* () {
    yield Buffer.alloc(9);
  };
  expect((await refusal(download())).reason).toBe("STORAGE_UNAVAILABLE");
  blobs.read = store.blobs.read;
  await store.blobs.delete(id);
  expect((await refusal(download())).reason).toBe("INTERNAL");
});

test("a file that is deleted between question and answer is not there", async () => {
  const namespace = freshNamespace();
  const { id } = await fixture.upload({ namespace }, randomBytes(10));
  blobs.read = async function* (...request) {
    await fixture.client.deleteArtifacts({ namespace, artifactIds: [id] });
    await fixture.catalog.reap();
    yield* store.blobs.read(...request);
  };
  const call = fixture.download({ namespace, by: { case: "artifactId", value: id } });
  expect((await refusal(call)).reason).toBe("ARTIFACT_NOT_FOUND");
  blobs.read = store.blobs.read;
});

test("a blob that cannot be deleted does not keep the others, and is tried again", async () => {
  const namespace = freshNamespace();
  const files = await Promise.all([1, 2, 3].map(() => fixture.upload({ namespace }, randomBytes(10))));
  const ids = files.map(({ id }) => id);
  await fixture.client.deleteArtifacts({ namespace, artifactIds: ids });
  blobs.delete = async (id) => {
    if (id === ids[1]) throw new Error("busy");
    await store.blobs.delete(id);
  };
  await expect(fixture.catalog.reap()).rejects.toThrow("1 blobs could not be deleted");
  expect(await fixture.query("select id from catalog.loose_blobs")).toEqual([{ id: ids[1] }]);
  blobs.delete = store.blobs.delete;
  await fixture.catalog.reap();
  expect(await fixture.query("select id from catalog.loose_blobs")).toEqual([]);
});
