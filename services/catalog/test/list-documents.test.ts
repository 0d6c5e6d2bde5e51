import { FieldCondition_Operator as Op } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { IndexField_Type as Type } from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CatalogFixture, freshNamespace, patch, put, refusal, startCatalog } from "./catalog-fixture.js";

let fixture: CatalogFixture;
beforeAll(async () => {
  fixture = await startCatalog();
});
afterAll(() => fixture?.stop());

test("pages stay stable while others insert, and omit nothing that was there all the time", async () => {
  const namespace = freshNamespace();
  await fixture.documents.declareCollection({
    collection: { namespace, name: "c", fields: [{ name: "score", type: Type.NUMBER }] },
  });
  const original = Array.from({ length: 60 }, (_, index) => ({
    key: `k${index}`,
    score: index % 7 === 0 ? null : (index * 37) % 10,
  }));
  await fixture.documents.writeDocuments({
    namespace,
    writes: original.map(({ key, score }) => put("c", key, { score })),
  });
  const seen: string[] = [];
  let pageToken = "";
  let round = 0;
  do {
    const page = await fixture.documents.listDocuments({
      namespace,
      collection: "c",
      orderBy: [{ field: "score", descending: true }],
      pageSize: 7,
      pageToken,
    });
    seen.push(...page.documents.map(({ key }) => key));
    pageToken = page.nextPageToken;
    const score = [10, 5, -1, null][round++ % 4];
    await fixture.documents.writeDocuments({
      namespace,
      writes: Array.from({ length: 5 }, (_, index) => put("c", `new${round}-${index}`, { score })),
    });
  } while (pageToken !== "" && round < 60);
  expect(new Set(seen).size).toBe(seen.length);
  const scoreOf = new Map(original.map(({ key, score }) => [key, score]));
  const expected = original
    .map(({ key }, index) => ({ key, index }))
    .sort((a, b) => (scoreOf.get(b.key) ?? -9) - (scoreOf.get(a.key) ?? -9) || a.index - b.index)
    .map(({ key }) => key);
  expect(seen.filter((key) => scoreOf.has(key))).toEqual(expected);
});

test("pages are bounded by bytes, and every document comes", async () => {
  const namespace = freshNamespace();
  const large = "x".repeat(1_500_000);
  for (const key of ["a", "b", "c", "d", "e"]) {
    await fixture.documents.writeDocuments({ namespace, writes: [put("c", key, large)] });
  }
  const sizes: number[] = [];
  let pageToken = "";
  do {
    const page = await fixture.documents.listDocuments({ namespace, collection: "c", pageToken });
    sizes.push(page.documents.length);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  expect(sizes).toEqual([2, 2, 1]);
  const slim = await fixture.documents.listDocuments({ namespace, collection: "c", omitBodies: true });
  expect(slim.documents.map(({ body }) => body.length)).toEqual([0, 0, 0, 0, 0]);
  const tooMuch = fixture.documents.batchGetDocuments({ namespace, collection: "c", keys: ["a", "b", "c"] });
  expect((await refusal(tooMuch)).reason).toBe("PAYLOAD_TOO_LARGE");
});

test("documents are found by number, and by keys in their order", async () => {
  const namespace = freshNamespace();
  await fixture.documents.writeDocuments({ namespace, writes: ["a", "b", "c"].map((key) => put("c", key, key)) });
  const found = await fixture.documents.getDocument({ namespace, collection: "c", by: { case: "number", value: 2n } });
  expect(found.document?.key).toBe("b");
  const { documents } = await fixture.documents.batchGetDocuments({
    namespace,
    collection: "c",
    keys: ["c", "x", "a", "c"],
  });
  expect(documents.map(({ key }) => key)).toEqual(["c", "a", "c"]);
  const elsewhere = fixture.documents.getDocument({
    namespace: `${namespace}x`,
    collection: "c",
    by: { case: "key", value: "a" },
  });
  expect((await refusal(elsewhere)).reason).toBe("DOCUMENT_NOT_FOUND");
});

test("a collection that nobody wrote to is empty", async () => {
  const list = await fixture.documents.listDocuments({
    namespace: freshNamespace(),
    collection: "c",
    wantTotal: true,
    facets: ["key"],
    maxima: ["number"],
  });
  expect(list).toMatchObject({
    documents: [],
    nextPageToken: "",
    total: 0n,
    facets: [{ field: "key", values: [] }],
    maxima: {},
  });
});

test("search takes words, quoted phrases, alternatives and exclusions, whatever the letter case", async () => {
  const namespace = freshNamespace();
  await fixture.documents.declareCollection({
    collection: { namespace, name: "c", fields: [{ name: "q", path: "posting.text", type: Type.SEARCH }] },
  });
  const texts = ["Senior Software Engineer", "software architect", "Ingénieur logiciel", ["Staff", "engineer"]];
  const writes = texts.map((text, index) => put("c", `${index}`, { posting: { text } }));
  await fixture.documents.writeDocuments({ namespace, writes });
  const search = async (text: string) => {
    const where = [{ field: "q", operator: Op.MATCHES, values: [JSON.stringify(text)] }];
    const { documents } = await fixture.documents.listDocuments({ namespace, collection: "c", where });
    return documents.map(({ key }) => key).join("");
  };
  expect(await search("software ENGINEER")).toBe("0");
  expect(await search("engineer")).toBe("03");
  expect(await search('"software architect"')).toBe("1");
  expect(await search("ingénieur or staff")).toBe("23");
  expect(await search("software -senior")).toBe("1");
  expect(await search("& ! ( \u0000 '")).toBe("");
  await fixture.documents.writeDocuments({ namespace, writes: [patch("c", "0", { posting: { text: "Nurse" } })] });
  expect(await search("engineer")).toBe("3");
});

test("declaring other fields indexes what is there, declaring the same ones again does nothing", async () => {
  const namespace = freshNamespace();
  const declare = (fields: { name: string; path?: string; type?: Type; unique?: boolean }[]) =>
    fixture.documents.declareCollection({ collection: { namespace, name: "c", fields } });
  const writes = Array.from({ length: 700 }, (_, index) =>
    put("c", `k${index}`, { a: { b: `v${index % 3}` }, n: index, w: "some words" }),
  );
  await fixture.documents.writeDocuments({ namespace, writes });
  const { document: before } = await fixture.documents.getDocument({
    namespace,
    collection: "c",
    by: { case: "key", value: "k1" },
  });
  const answer = await declare([
    { name: "b", path: "a.b" },
    { name: "n", type: Type.NUMBER, unique: true },
    { name: "w", type: Type.SEARCH },
  ]);
  expect(answer.collection?.fields).toMatchObject([
    { name: "b", path: "a.b", type: Type.TEXT },
    { name: "n", path: "n", type: Type.NUMBER, unique: true },
    { name: "w", path: "w", type: Type.SEARCH },
  ]);
  const where = [
    { field: "b", values: ['"v1"'] },
    { field: "n", operator: Op.GREATER_OR_EQUAL, values: ["600"] },
    { field: "w", operator: Op.MATCHES, values: ['"words"'] },
  ];
  const list = await fixture.documents.listDocuments({ namespace, collection: "c", where, wantTotal: true });
  expect(list.total).toBe(33n);
  expect(
    (await refusal(fixture.documents.writeDocuments({ namespace, writes: [put("c", "x", { n: 5 })] }))).reason,
  ).toBe("ALREADY_EXISTS");
  await declare([
    { name: "n", type: Type.NUMBER, unique: true },
    { name: "w", type: Type.SEARCH },
    { name: "b", path: "a.b" },
  ]);
  const { document: after } = await fixture.documents.getDocument({
    namespace,
    collection: "c",
    by: { case: "key", value: "k1" },
  });
  expect(after).toEqual(before);
});

test("a declaration that documents do not fit changes nothing", async () => {
  const namespace = freshNamespace();
  const declare = (fields: { name: string; type?: Type; unique?: boolean }[]) =>
    fixture.documents.declareCollection({ collection: { namespace, name: "c", fields } });
  await declare([{ name: "a" }]);
  await fixture.documents.writeDocuments({
    namespace,
    writes: [put("c", "x", { a: "1", b: 1 }), put("c", "y", { a: "1", b: "2" })],
  });
  expect(await refusal(declare([{ name: "b", type: Type.NUMBER }]))).toMatchObject({
    reason: "PRECONDITION_FAILED",
    metadata: { key: "y", index_field: "b" },
  });
  expect(await refusal(declare([{ name: "a", unique: true }]))).toMatchObject({
    reason: "ALREADY_EXISTS",
    metadata: { key: "y", index_field: "a" },
  });
  const list = await fixture.documents.listDocuments({
    namespace,
    collection: "c",
    where: [{ field: "a", values: ['"1"'] }],
  });
  expect(list.documents).toHaveLength(2);
});
