import { randomBytes, randomUUID } from "node:crypto";
import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FileInit, sha256, startArtifacts, startArtifactsIn } from "./artifact-fixture.js";
import { createHeldStore, hasBytes, stores } from "./artifact-stores.js";
import { freshNamespace, refusal } from "./catalog-fixture.js";

describe.each(stores)("stages and names, in %s", (_, openStore) => {
  let fixture: Awaited<ReturnType<typeof startArtifactsIn>>;
  beforeAll(async () => {
    fixture = await startArtifactsIn(openStore);
  });
  afterAll(() => fixture?.stop());

  const file = (namespace: string, name: string, more: FileInit = {}): FileInit => ({
    ...{ namespace, jobId: "job", attempt: 1, name },
    ...more,
  });
  const put = (namespace: string, name: string, more: FileInit = {}, bytes = randomBytes(10)) =>
    fixture.upload(file(namespace, name, more), bytes);
  const stage = (namespace: string, name: string, more: FileInit = {}) =>
    put(namespace, name, { staged: true, ...more });
  const commit = (namespace: string, artifactIds: string[], attempt = 1) =>
    fixture.client.commitArtifacts({ namespace, jobId: "job", attempt, artifactIds });
  const get = (namespace: string, artifactId: string) => fixture.client.getArtifact({ namespace, artifactId });
  const byName = (namespace: string, name: string) =>
    fixture.download({ namespace, by: { case: "name", value: { jobId: "job", attempt: 1, name } } });

  test("staged files are found by their ids alone until a commit names them; the others go", async () => {
    const namespace = freshNamespace();
    const [a, b, c] = [await stage(namespace, "a"), await stage(namespace, "b"), await stage(namespace, "c")];
    const other = await stage(namespace, "a", { attempt: 2 });
    expect((await get(namespace, a.id)).artifact?.staged).toBe(true);
    expect((await fixture.download({ namespace, by: { case: "artifactId", value: a.id } })).bytes).toHaveLength(10);
    expect(await fixture.names(namespace, "job")).toEqual([]);
    expect((await refusal(byName(namespace, "a"))).reason).toBe("ARTIFACT_NOT_FOUND");

    expect(await commit(namespace, [a.id, b.id, b.id])).toMatchObject({ committedCount: 2 });
    expect(await fixture.names(namespace, "job")).toEqual(["a", "b"]);
    expect((await get(namespace, a.id)).artifact).toEqual({ ...a, staged: false });
    expect((await byName(namespace, "b")).artifact?.id).toBe(b.id);
    expect((await refusal(get(namespace, c.id))).reason).toBe("ARTIFACT_NOT_FOUND");
    await fixture.catalog.reap();
    expect(await hasBytes(fixture.blobs, c.id)).toBe(false);
    expect(await hasBytes(fixture.blobs, b.id)).toBe(true);
    expect((await get(namespace, other.id)).artifact?.staged).toBe(true);

    expect(await commit(namespace, [a.id, b.id])).toMatchObject({ committedCount: 2 });
    expect(await fixture.names(namespace, "job")).toEqual(["a", "b"]);
  });

  test("a commit of what the attempt does not have changes nothing", async () => {
    const namespace = freshNamespace();
    const [a, b] = [await stage(namespace, "a"), await stage(namespace, "b")];
    const other = await stage(namespace, "a", { attempt: 2 });
    for (const id of [other.id, randomUUID()]) {
      const refused = await refusal(commit(namespace, [a.id, id]));
      expect(refused).toMatchObject({ reason: "ARTIFACT_NOT_FOUND", metadata: { artifact_id: id } });
    }
    for (const { id } of [a, b, other]) expect((await get(namespace, id)).artifact?.staged).toBe(true);
    expect(await commit(namespace, [])).toMatchObject({ committedCount: 0 });
    expect((await refusal(get(namespace, a.id))).reason).toBe("ARTIFACT_NOT_FOUND");
  });

  test("a name that is taken is refused before bytes are sent; the first file stays", async () => {
    const namespace = freshNamespace();
    const first = await put(namespace, "a", {}, Buffer.from("first"));
    for (const staged of [false, true]) {
      const refused = await refusal(put(namespace, "a", { staged }, randomBytes(3_000_000)));
      expect(refused).toMatchObject({ reason: "ALREADY_EXISTS", metadata: { artifact_id: first.id, name: "a" } });
    }
    expect((await byName(namespace, "a")).bytes.toString()).toBe("first");
    await put(namespace, "a", { attempt: 2 });
    await put(namespace, "a", { jobId: "another" });
  });

  test("a staged file gives way to the next one of its name, which has an id of its own", async () => {
    const namespace = freshNamespace();
    const first = await stage(namespace, "a");
    const second = await stage(namespace, "a");
    expect((await refusal(commit(namespace, [first.id]))).reason).toBe("ARTIFACT_NOT_FOUND");
    const third = await put(namespace, "a");
    expect(await fixture.names(namespace, "job")).toEqual(["a"]);
    await fixture.catalog.reap();
    for (const { id } of [first, second]) expect(await hasBytes(fixture.blobs, id)).toBe(false);
    expect(await hasBytes(fixture.blobs, third.id)).toBe(true);
  });

  test("files of no job may have the same name, or none", async () => {
    const namespace = freshNamespace();
    const blobs = await Promise.all(
      ["", "", "x", "x"].map((name) => fixture.upload({ namespace, name, purpose: "blob" }, randomBytes(10))),
    );
    expect(new Set(blobs.map(({ id }) => id)).size).toBe(4);
    expect(await fixture.names(namespace, "")).toEqual(["", "", "x", "x"]);
  });

  test("of 20 uploads of one name at once one wins, and its bytes are its own", async () => {
    const namespace = freshNamespace();
    const contents = Array.from({ length: 20 }, () => randomBytes(50_000));
    const results = await Promise.allSettled(contents.map((bytes) => put(namespace, "a", {}, bytes)));
    const won = results.flatMap((result, index) => (result.status === "fulfilled" ? [index] : []));
    expect(won).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected")
        expect((await refusal(Promise.reject(result.reason))).reason).toBe("ALREADY_EXISTS");
    const { artifact, bytes } = await byName(namespace, "a");
    expect(bytes.equals(contents[won[0] as number] as Buffer)).toBe(true);
    expect(Buffer.from(artifact?.sha256 ?? [])).toEqual(sha256(bytes));
    await fixture.catalog.reap();
    expect(await fixture.query("select 1 from catalog.loose_blobs")).toEqual([]);
  });

  test("of 20 staged uploads of one name at once the last stays", async () => {
    const namespace = freshNamespace();
    const files = await Promise.all(Array.from({ length: 20 }, () => stage(namespace, "a")));
    const rows = await fixture.query<{ id: string }>("select id from catalog.artifacts where namespace = $1", [
      namespace,
    ]);
    expect(rows).toHaveLength(1);
    await fixture.catalog.reap();
    for (const { id } of files) expect(await hasBytes(fixture.blobs, id)).toBe(id === rows[0]?.id);
  });

  test("staged files that nobody commits are collected when they are old", async () => {
    const namespace = freshNamespace();
    const [old, young, shown] = [await stage(namespace, "a"), await stage(namespace, "b"), await put(namespace, "c")];
    const age = "update catalog.artifacts set created_at = now() - interval '25 hours' where id = any($1)";
    await fixture.query(age, [[old.id, shown.id]]);
    await fixture.catalog.reap();
    expect((await refusal(get(namespace, old.id))).reason).toBe("ARTIFACT_NOT_FOUND");
    expect(await hasBytes(fixture.blobs, old.id)).toBe(false);
    for (const { id } of [young, shown]) expect(await hasBytes(fixture.blobs, id)).toBe(true);
  });

  test("bytes whose upload died before its row are collected when they are old, even if it comes back", async () => {
    const namespace = freshNamespace();
    const held = createHeldStore(fixture.blobs);
    const other = await startArtifacts(held.blobs);
    const call = refusal(other.upload(file(namespace, "a"), randomBytes(10)));
    const id = await eventually(() => {
      expect(held.written).toHaveLength(1);
      return held.written[0] as string;
    });
    await other.catalog.reap();
    expect(await hasBytes(fixture.blobs, id)).toBe(true);
    await other.query("update catalog.loose_blobs set since = now() - interval '25 hours' where id = $1", [id]);
    await other.catalog.reap();
    expect(await hasBytes(fixture.blobs, id)).toBe(false);
    expect(await other.query("select 1 from catalog.loose_blobs")).toEqual([]);
    held.release();
    expect((await call).reason).toBe("STORAGE_UNAVAILABLE");
    expect(await other.names(namespace, "job")).toEqual([]);
    await other.stop();
  });
});
