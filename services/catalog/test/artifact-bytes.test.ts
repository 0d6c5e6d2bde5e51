import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collect, type FileInit, messagesOf, sha256, startArtifactsIn } from "./artifact-fixture.js";
import { hasBytes, stores } from "./artifact-stores.js";
import { freshNamespace, refusal } from "./catalog-fixture.js";

describe.each(stores)("bytes in %s", (_, openStore) => {
  let fixture: Awaited<ReturnType<typeof startArtifactsIn>>;
  beforeAll(async () => {
    fixture = await startArtifactsIn(openStore);
  });
  afterAll(() => fixture?.stop());

  const fileOf = (namespace: string, more: FileInit = {}): FileInit => ({
    ...{ namespace, jobId: "job", attempt: 1, name: "file" },
    ...more,
  });

  test.each([0, 1, 256 * 1024, 1024 * 1024, 20_000_001])("%i bytes come back as they went", async (size) => {
    const namespace = freshNamespace();
    const bytes = randomBytes(size);
    const labels = { of: "a kind", empty: "" };
    const artifact = await fixture.upload(fileOf(namespace, { contentType: "text/x", purpose: "log", labels }), bytes);
    expect(artifact).toMatchObject({
      ...{ namespace, jobId: "job", attempt: 1, name: "file", contentType: "text/x", purpose: "log", staged: false },
      ...{ labels, size: BigInt(size) },
    });
    expect(Buffer.from(artifact.sha256)).toEqual(sha256(bytes));
    expect(Number(artifact.createTime?.seconds)).toBeGreaterThan(1_600_000_000);

    const found = await fixture.client.getArtifact({ namespace, artifactId: artifact.id });
    expect(found.artifact).toEqual(artifact);
    const download = await fixture.download({ namespace, by: { case: "artifactId", value: artifact.id } });
    expect(download.artifact).toEqual(artifact);
    expect(download.bytes.equals(bytes)).toBe(true);
    expect(download.pieces.slice(0, -1).every((piece) => piece === 256 * 1024)).toBe(true);
  });

  test("parts of a file come as asked for", async () => {
    const namespace = freshNamespace();
    const bytes = randomBytes(700_000);
    const { id } = await fixture.upload(fileOf(namespace), bytes);
    const part = async (offset: number, length: number) => {
      const by = { case: "artifactId", value: id } as const;
      return (await fixture.download({ namespace, by, offset: BigInt(offset), length: BigInt(length) })).bytes;
    };
    for (const [offset, length] of [
      [0, 1],
      [0, 700_000],
      [1, 0],
      [262_143, 3],
      [699_999, 1],
      [699_999, 50],
      [5, 300_000],
    ] as const) {
      const expected = bytes.subarray(offset, length === 0 ? undefined : offset + length);
      expect((await part(offset, length)).equals(expected)).toBe(true);
    }
    expect(await part(700_000, 0)).toHaveLength(0);
    await expect(part(700_001, 0)).rejects.toThrow(/offset/);
  });

  test.each([
    ["slashes", "logs/2026/../run.log"],
    ["a way out", "../../../../etc/passwd"],
    ["a root", "/etc/passwd"],
    ["dots", ".."],
    ["unicode", "Ergebnisse/日本語 🎉 é.txt"],
    ["a part file", "x.part"],
    ["many bytes", "é".repeat(512)],
    ["blanks", " a "],
  ])("a name with %s is a name like any other", async (_kind, name) => {
    const namespace = freshNamespace();
    const bytes = randomBytes(100);
    const artifact = await fixture.upload(fileOf(namespace, { name }), bytes);
    expect(artifact.name).toBe(name);
    const by = { case: "name", value: { jobId: "job", attempt: 1, name } } as const;
    expect((await fixture.download({ namespace, by })).bytes.equals(bytes)).toBe(true);
    expect(await fixture.names(namespace, "job")).toEqual([name]);
  });

  test("a caller in the same process gets the same", async () => {
    const namespace = freshNamespace();
    const bytes = randomBytes(3_000_000);
    const { artifact } = await fixture.inMemory.uploadArtifact(messagesOf(fileOf(namespace), bytes));
    expect(Buffer.from(artifact?.sha256 ?? [])).toEqual(sha256(bytes));
    const by = { case: "artifactId", value: artifact?.id ?? "" } as const;
    const download = await collect(fixture.inMemory.downloadArtifact({ namespace, by }));
    expect(download.bytes.equals(bytes)).toBe(true);
  });

  test("deleted files are gone at once, and their bytes with the reaper's next round", async () => {
    const namespace = freshNamespace();
    const files = await Promise.all(
      ["a", "b", "c"].map((name) => fixture.upload(fileOf(namespace, { name }), randomBytes(10))),
    );
    const [a, b, c] = files.map(({ id }) => id) as [string, string, string];
    const remove = (artifactIds: string[], jobId = "") =>
      fixture.client.deleteArtifacts({ namespace, artifactIds, jobId });
    expect(await remove([a.toUpperCase(), randomUUID()])).toMatchObject({ deletedCount: 1 });
    expect(await remove([a])).toMatchObject({ deletedCount: 0 });
    expect((await refusal(fixture.client.getArtifact({ namespace, artifactId: a }))).reason).toBe("ARTIFACT_NOT_FOUND");
    expect(await fixture.names(namespace, "job")).toEqual(["b", "c"]);
    expect(await hasBytes(fixture.blobs, a)).toBe(true);
    await fixture.catalog.reap();
    expect(await hasBytes(fixture.blobs, a)).toBe(false);
    expect(await remove([], "job")).toMatchObject({ deletedCount: 2 });
    await fixture.catalog.reap();
    for (const id of [b, c]) expect(await hasBytes(fixture.blobs, id)).toBe(false);
  });
});
