import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CatalogFixture,
  freshNamespace,
  json,
  patch,
  put,
  putUntil,
  refusal,
  remove,
  startCatalog,
  value,
} from "./catalog-fixture.js";

let fixture: CatalogFixture;
beforeAll(async () => {
  fixture = await startCatalog();
});
afterAll(() => fixture?.stop());

const get = async (namespace: string, key: string, collection = "c") =>
  (await fixture.documents.getDocument({ namespace, collection, by: { case: "key", value: key } })).document;

describe("one writer", () => {
  test("a put creates, a second one raises the revision, a delete ends it", async () => {
    const namespace = freshNamespace();
    const write = async (...writes: Parameters<typeof put>[]) =>
      (await fixture.documents.writeDocuments({ namespace, writes: writes.map((args) => put(...args)) })).results;
    expect(await write(["c", "a", { x: 1 }])).toMatchObject([
      { revision: 1n, number: 1n, created: true, changed: true },
    ]);
    expect(await write(["c", "a", { x: 2 }])).toMatchObject([
      { revision: 2n, number: 1n, created: false, changed: true },
    ]);
    const document = await get(namespace, "a");
    expect(document).toMatchObject({ namespace, collection: "c", key: "a", revision: 2n, number: 1n });
    expect(document?.createTime).toBeDefined();
    expect(document?.expireTime).toBeUndefined();
    const { results } = await fixture.documents.writeDocuments({
      namespace,
      writes: [remove("c", "a"), remove("c", "a")],
    });
    expect(results).toMatchObject([
      { revision: 0n, number: 1n, changed: true },
      { revision: 0n, number: 0n, changed: false },
    ]);
    expect(await refusal(get(namespace, "a"))).toMatchObject({ reason: "DOCUMENT_NOT_FOUND" });
    expect(await write(["c", "a", {}])).toMatchObject([{ revision: 1n, number: 2n, created: true }]);
  });

  test("the body comes back byte by byte", async () => {
    const namespace = freshNamespace();
    const text = ' {"big": 12345678901234567890, "e": 1.0e2, "nul": "\\u0000", "half": "\\ud800", "n": null}\n';
    const body = Buffer.from(text);
    await fixture.documents.writeDocuments({
      namespace,
      writes: [{ collection: "c", key: "a", operation: { case: "put", value: { body } } }],
    });
    expect(Buffer.from((await get(namespace, "a"))?.body ?? []).toString()).toBe(text);
    await fixture.documents.writeDocuments({ namespace, writes: [patch("c", "a", { n: 1, half: null })] });
    expect(Buffer.from((await get(namespace, "a"))?.body ?? []).toString()).toBe(
      '{"big":12345678901234567890,"e":1.0e2,"nul":"\\u0000","n":1}',
    );
  });

  test("equal content can leave the revision as it is", async () => {
    const namespace = freshNamespace();
    const keep = (body: unknown, expireTime?: { seconds: bigint }) => ({
      collection: "c",
      key: "a",
      operation: {
        case: "put" as const,
        value: { body: json(body), keepRevisionIfEqual: true, ...(expireTime && { expireTime }) },
      },
    });
    const { results } = await fixture.documents.writeDocuments({
      namespace,
      writes: [
        keep({ a: 1, b: 2 }),
        keep({ b: 2, a: 1 }),
        keep({ a: 1, b: 2 }, { seconds: 4_000_000_000n }),
        keep({ a: 2 }),
      ],
    });
    expect(results.map(({ revision, changed }) => [revision, changed])).toEqual([
      [1n, true],
      [1n, false],
      [1n, true],
      [2n, true],
    ]);
  });

  test("a patch needs a document unless it may make one", async () => {
    const namespace = freshNamespace();
    expect(await refusal(fixture.documents.writeDocuments({ namespace, writes: [patch("c", "a", { x: 1 })] }))).toEqual(
      {
        reason: "DOCUMENT_NOT_FOUND",
        metadata: { index: "0", collection: "c", key: "a" },
      },
    );
    const upsert = (change: unknown) => ({
      collection: "c",
      key: "a",
      operation: { case: "patch" as const, value: { mergePatch: json(change), upsert: true } },
    });
    await fixture.documents.writeDocuments({ namespace, writes: [upsert({ x: { y: 1, z: null } }), upsert({ w: 2 })] });
    expect(value((await get(namespace, "a"))?.body)).toEqual({ x: { y: 1 }, w: 2 });
  });
});

describe("expectations", () => {
  test.each([
    ["revision of a present document", { revision: 7n }, "a", "REVISION_MISMATCH", { revision: "1" }],
    ["revision of an absent document", { revision: 1n }, "b", "REVISION_MISMATCH", { revision: "0" }],
    ["absence", { absent: true }, "a", "ALREADY_EXISTS", { revision: "1" }],
    ["presence", { present: true }, "b", "PRECONDITION_FAILED", { expectation: "present" }],
    ["a field", { fields: { "run.id": '"other"' } }, "a", "PRECONDITION_FAILED", { member: "run.id" }],
    ["a field of an absent document", { fields: { x: "null" } }, "b", "PRECONDITION_FAILED", { member: "x" }],
  ])("%s that fails leaves nothing of the batch", async (_name, expectation, key, reason, metadata) => {
    const namespace = freshNamespace();
    await fixture.documents.writeDocuments({ namespace, writes: [put("c", "a", { run: { id: "mine" } })] });
    const writes = [put("c", "new", 1), put("c", "a", 2), put("d", "x", 1), put("c", key, 3, { expect: expectation })];
    // The write of "a" above would change what the last one sees.
    const batch = key === "a" ? [writes[0], writes[2], writes[3]] : writes;
    const failed = await refusal(
      fixture.documents.writeDocuments({ namespace, writes: batch.filter((write) => write !== undefined) }),
    );
    expect(failed).toMatchObject({
      reason,
      metadata: { index: String(batch.length - 1), collection: "c", key, ...metadata },
    });
    expect(value((await get(namespace, "a"))?.body)).toEqual({ run: { id: "mine" } });
    const { total } = await fixture.documents.listDocuments({ namespace, collection: "c", wantTotal: true });
    expect(total).toBe(1n);
    const { results } = await fixture.documents.writeDocuments({ namespace, writes: [put("c", "next", 1)] });
    expect(results[0]?.number).toBe(2n);
  });

  test("that hold let the batch pass, and see what the batch did before", async () => {
    const namespace = freshNamespace();
    const { results } = await fixture.documents.writeDocuments({
      namespace,
      writes: [
        put("c", "a", { run: { id: "mine" }, gone: null }, { expect: { absent: true } }),
        patch(
          "c",
          "a",
          { v: 2 },
          { expect: { revision: 1n, present: true, fields: { "run.id": '"mine"', gone: "null", no: "null" } } },
        ),
        remove("c", "a", { expect: { revision: 2n } }),
        put("c", "a", 1, { expect: { absent: true } }),
      ],
    });
    expect(results.map(({ revision, number }) => [revision, number])).toEqual([
      [1n, 1n],
      [2n, 1n],
      [0n, 1n],
      [1n, 2n],
    ]);
  });
});

describe("documents that end", () => {
  test("are invisible at once and reaped later", async () => {
    const namespace = freshNamespace();
    const past = Date.now() - 60_000;
    await fixture.documents.writeDocuments({
      namespace,
      writes: [putUntil("c", "old", { x: 1 }, past), putUntil("c", "new", {}, Date.now() + 3_600_000)],
    });
    expect((await refusal(get(namespace, "old"))).reason).toBe("DOCUMENT_NOT_FOUND");
    const list = await fixture.documents.listDocuments({ namespace, collection: "c", wantTotal: true });
    expect(list.documents.map(({ key }) => key)).toEqual(["new"]);
    expect(list.total).toBe(1n);
    const batch = await fixture.documents.batchGetDocuments({ namespace, collection: "c", keys: ["old", "new", "no"] });
    expect(batch.documents.map(({ key }) => key)).toEqual(["new"]);
    const count = () =>
      fixture.query<{ n: number }>(
        `select count(*) as n from catalog.bodies b join catalog.collections c on c.id = b.collection_id where c.namespace = $1`,
        [namespace],
      );
    expect(await count()).toEqual([{ n: 2 }]);
    await fixture.catalog.reap();
    expect(await count()).toEqual([{ n: 1 }]);
  });

  test("count as absent for writers", async () => {
    const namespace = freshNamespace();
    await fixture.documents.writeDocuments({ namespace, writes: [putUntil("c", "a", 1, Date.now() - 1_000)] });
    const { results } = await fixture.documents.writeDocuments({
      namespace,
      writes: [put("c", "a", 2, { expect: { absent: true } })],
    });
    expect(results).toMatchObject([{ revision: 1n, number: 2n, created: true }]);
    expect(value((await get(namespace, "a"))?.body)).toBe(2);
  });
});

describe("unique fields", () => {
  const declare = (namespace: string) =>
    fixture.documents.declareCollection({
      collection: { namespace, name: "c", fields: [{ name: "name", unique: true }] },
    });

  test("refuse a second document with the value, within a batch and after it", async () => {
    const namespace = freshNamespace();
    await declare(namespace);
    const twice = [put("c", "a", { name: "x" }), put("c", "b", { name: "x" })];
    expect(await refusal(fixture.documents.writeDocuments({ namespace, writes: twice }))).toEqual({
      reason: "ALREADY_EXISTS",
      metadata: { index: "1", collection: "c", key: "b", index_field: "name" },
    });
    await fixture.documents.writeDocuments({
      namespace,
      writes: [put("c", "a", { name: "x" }), put("c", "n", { name: null })],
    });
    const again = fixture.documents.writeDocuments({
      namespace,
      writes: [put("c", "m", {}), put("c", "b", { name: "x" })],
    });
    expect(await refusal(again)).toMatchObject({ reason: "ALREADY_EXISTS", metadata: { index: "1" } });
    expect((await refusal(get(namespace, "m"))).reason).toBe("DOCUMENT_NOT_FOUND");
  });

  test("are free again after a delete, a change, an end, and can be exchanged", async () => {
    const namespace = freshNamespace();
    await declare(namespace);
    const write = (...writes: ReturnType<typeof put>[]) => fixture.documents.writeDocuments({ namespace, writes });
    await write(put("c", "a", { name: "x" }), put("c", "b", { name: "y" }));
    await write(put("c", "a", { name: "y" }), put("c", "b", { name: "x" }));
    await write(remove("c", "a"), put("c", "d", { name: "y" }));
    await write(patch("c", "d", { name: "z" }));
    await write(put("c", "e", { name: "y" }), putUntil("c", "f", { name: "w" }, Date.now() - 1_000));
    await write(put("c", "g", { name: "w" }));
    const { documents } = await fixture.documents.listDocuments({
      namespace,
      collection: "c",
      orderBy: [{ field: "name" }],
    });
    expect(documents.map(({ key }) => key)).toEqual(["g", "b", "e", "d"]);
    await fixture.catalog.reap();
    expect((await refusal(write(put("c", "h", { name: "w" })))).reason).toBe("ALREADY_EXISTS");
  });
});
