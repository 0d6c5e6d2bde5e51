import { FieldCondition_Operator as Op } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { IndexField_Type as Type } from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CatalogFixture,
  type FieldInit,
  type ListInit,
  freshNamespace,
  json,
  patch,
  put,
  refusal,
  startCatalog,
  type WriteInit,
} from "./catalog-fixture.js";

let fixture: CatalogFixture;
let namespace: string;
beforeAll(async () => {
  fixture = await startCatalog();
  namespace = freshNamespace();
  await fixture.documents.declareCollection({
    collection: {
      namespace,
      name: "c",
      fields: [
        { name: "t" },
        { name: "n", type: Type.NUMBER },
        { name: "d", type: Type.TIME },
        { name: "b", type: Type.BOOLEAN },
        { name: "l", type: Type.TEXT_LIST },
        { name: "s", type: Type.SEARCH },
      ],
    },
  });
  await fixture.documents.writeDocuments({
    namespace,
    writes: [put("c", "there", { t: "x" }), put("c", "second", {})],
  });
});
afterAll(() => fixture?.stop());

const raw = (body: string | Uint8Array, key = "bad"): WriteInit => ({
  collection: "c",
  key,
  operation: { case: "put", value: { body: typeof body === "string" ? Buffer.from(body) : body } },
});
const expecting = (expect: NonNullable<WriteInit["expect"]>) => put("c", "there", {}, { expect });

describe("writes", () => {
  test.each<[string, WriteInit, string, Record<string, string>]>([
    ["no collection", put("", "bad", 1), "INVALID_ARGUMENT", { field: "writes[1].collection" }],
    ["collection with a line break", put("a\nb", "bad", 1), "INVALID_ARGUMENT", { field: "writes[1].collection" }],
    ["no key", put("c", "", 1), "INVALID_ARGUMENT", { field: "writes[1].key" }],
    ["long key", put("c", "é".repeat(257), 1), "INVALID_ARGUMENT", { field: "writes[1].key" }],
    ["zero in the key", put("c", "a\u0000", 1), "INVALID_ARGUMENT", { field: "writes[1].key" }],
    ["no operation", { collection: "c", key: "bad" }, "INVALID_ARGUMENT", { field: "writes[1].operation" }],
    ["empty body", raw(""), "INVALID_ARGUMENT", { field: "writes[1].put.body" }],
    ["half a body", raw('{"a":'), "INVALID_ARGUMENT", { field: "writes[1].put.body" }],
    ["byte order mark", raw("\ufeff{}"), "INVALID_ARGUMENT", { field: "writes[1].put.body" }],
    ["not UTF-8", raw(Buffer.from([0x22, 0xff, 0x22])), "INVALID_ARGUMENT", { field: "writes[1].put.body" }],
    [
      "deep body",
      raw(`${"[".repeat(200_000)}${"]".repeat(200_000)}`),
      "INVALID_ARGUMENT",
      { field: "writes[1].put.body" },
    ],
    ["large body", raw(JSON.stringify("x".repeat(4_194_304))), "PAYLOAD_TOO_LARGE", { field: "writes[1].put.body" }],
    [
      "end out of range",
      {
        collection: "c",
        key: "bad",
        operation: { case: "put", value: { body: json(1), expireTime: { seconds: 1n << 60n } } },
      },
      "INVALID_ARGUMENT",
      { field: "writes[1].put.expire_time" },
    ],
    [
      "bad patch",
      { collection: "c", key: "there", operation: { case: "patch", value: { mergePatch: Buffer.from("{,}") } } },
      "INVALID_ARGUMENT",
      { field: "writes[1].patch.merge_patch" },
    ],
    [
      "contradiction",
      expecting({ absent: true, present: true }),
      "INVALID_ARGUMENT",
      { field: "writes[1].expect.absent" },
    ],
    [
      "bad expected value",
      expecting({ fields: { t: "x" } }),
      "INVALID_ARGUMENT",
      { field: "writes[1].expect.fields[t]" },
    ],
    ["negative revision", expecting({ revision: -1n }), "REVISION_MISMATCH", { index: "1" }],
    ["huge revision", expecting({ revision: (1n << 63n) - 1n }), "REVISION_MISMATCH", { index: "1" }],
    ["text field is a number", put("c", "bad", { t: 1 }), "INVALID_ARGUMENT", { index: "1", index_field: "t" }],
    [
      "text field is too long",
      put("c", "bad", { t: "x".repeat(2001) }),
      "PAYLOAD_TOO_LARGE",
      { index: "1", index_field: "t" },
    ],
    [
      "zeros count twice",
      put("c", "bad", { t: "\u0000".repeat(1001) }),
      "PAYLOAD_TOO_LARGE",
      { index: "1", index_field: "t" },
    ],
    ["number field is text", put("c", "bad", { n: "1" }), "INVALID_ARGUMENT", { index: "1", index_field: "n" }],
    ["number field is infinite", raw('{"n":1e400}'), "INVALID_ARGUMENT", { index: "1", index_field: "n" }],
    [
      "time field is no time",
      put("c", "bad", { d: "2026-02-30T00:00:00Z" }),
      "INVALID_ARGUMENT",
      { index: "1", index_field: "d" },
    ],
    ["boolean field is text", patch("c", "there", { b: "true" }), "INVALID_ARGUMENT", { index: "1", index_field: "b" }],
    ["list field has a number", put("c", "bad", { l: ["a", 1] }), "INVALID_ARGUMENT", { index: "1", index_field: "l" }],
    ["search field is an object", put("c", "bad", { s: {} }), "INVALID_ARGUMENT", { index: "1", index_field: "s" }],
  ])("%s: refused, and nothing of the batch is done", async (_name, bad, reason, metadata) => {
    const call = fixture.documents.writeDocuments({ namespace, writes: [put("c", "first", 1), bad] });
    expect(await refusal(call)).toMatchObject({ reason, metadata });
    const { documents } = await fixture.documents.listDocuments({ namespace, collection: "c" });
    expect(documents.map(({ key, revision }) => [key, revision])).toEqual([
      ["there", 1n],
      ["second", 1n],
    ]);
  });

  test.each([
    ["no writes", { namespace: "n", writes: [] }, "writes"],
    ["too many writes", { namespace: "n", writes: Array.from({ length: 1001 }, () => put("c", "k", 1)) }, "writes"],
    ["no namespace", { namespace: "", writes: [put("c", "k", 1)] }, "namespace"],
  ])("%s", async (_name, request, field) => {
    expect(await refusal(fixture.documents.writeDocuments(request))).toMatchObject({
      reason: "INVALID_ARGUMENT",
      metadata: { field },
    });
  });

  test("a full batch of the largest values that fit is stored and found", async () => {
    const words = Array.from({ length: 60_000 }, (_, index) => `w${index}`).join(" ");
    const value = {
      t: "y".repeat(2000),
      l: ["z".repeat(2000)],
      s: words,
      d: "0001-01-01T00:00:00Z",
      n: -1.7976931348623157e308,
    };
    const other = freshNamespace();
    await fixture.documents.declareCollection({
      collection: {
        namespace: other,
        name: "c",
        fields: [
          { name: "t", unique: true },
          { name: "l", type: Type.TEXT_LIST },
          { name: "s", type: Type.SEARCH },
          { name: "d", type: Type.TIME },
          { name: "n", type: Type.NUMBER },
        ],
      },
    });
    await fixture.documents.writeDocuments({ namespace: other, writes: [put("c", "k".repeat(512), value)] });
    const where = Object.entries({ t: value.t, l: value.l[0], d: value.d, n: value.n }).map(([field, item]) => ({
      field,
      values: [JSON.stringify(item)],
    }));
    const list = await fixture.documents.listDocuments({
      namespace: other,
      collection: "c",
      where: [...where, { field: "s", operator: Op.MATCHES, values: ['"w7"'] }],
    });
    expect(list.documents).toHaveLength(1);
  });
});

describe("lists", () => {
  const condition = (field: string, operator: Op, ...values: string[]) => ({ where: [{ field, operator, values }] });
  test.each<[string, Partial<ListInit>, string]>([
    ["no collection", { collection: "" }, "collection"],
    ["unknown field", condition("nope", Op.EQUAL, "1"), "where[0].field"],
    ["unknown operator", condition("t", 99 as Op, '"a"'), "where[0].operator"],
    ["operator that does not fit", condition("n", Op.PREFIX, '"a"'), "where[0].operator"],
    ["search without MATCHES", condition("s", Op.EQUAL, '"a"'), "where[0].operator"],
    ["no values", condition("t", Op.EQUAL), "where[0].values"],
    ["two values for LESS", condition("n", Op.LESS, "1", "2"), "where[0].values"],
    ["value for PRESENT", condition("n", Op.PRESENT, "1"), "where[0].values"],
    ["value that is not JSON", condition("t", Op.EQUAL, "a"), "where[0].values[0]"],
    ["value of another kind", condition("n", Op.EQUAL, '"1"'), "where[0].values[0]"],
    ["null as value", condition("t", Op.EQUAL, "null"), "where[0].values[0]"],
    ["object as value", condition("t", Op.EQUAL, "{}"), "where[0].values[0]"],
    ["time that is none", condition("d", Op.LESS, '"yesterday"'), "where[0].values[0]"],
    ["order by an unknown field", { orderBy: [{ field: "x" }] }, "order_by[0].field"],
    ["order by a list", { orderBy: [{ field: "l" }] }, "order_by[0].field"],
    ["facet of a search field", { facets: ["s"] }, "facets[0]"],
    ["maximum of a list", { maxima: ["t", "l"] }, "maxima[1]"],
    ["large page", { pageSize: 1001 }, "page_size"],
    ["many facets", { facets: Array.from({ length: 17 }, () => "t") }, "facets"],
  ])("%s: refused", async (_name, bad, field) => {
    const call = fixture.documents.listDocuments({ namespace, collection: "c", ...bad });
    expect(await refusal(call)).toMatchObject({ reason: "INVALID_ARGUMENT", metadata: { field } });
  });

  test("page tokens of other queries, and tokens that nobody gave out, are refused", async () => {
    const orders: ListInit = {
      collection: "c",
      orderBy: [{ field: "t" }, { field: "n" }, { field: "d" }, { field: "b" }],
      pageSize: 1,
    };
    const { nextPageToken } = await fixture.documents.listDocuments({ namespace, ...orders });
    expect(nextPageToken).not.toBe("");
    const other = fixture.documents.listDocuments({
      namespace,
      collection: "c",
      pageSize: 1,
      pageToken: nextPageToken,
    });
    expect((await refusal(other)).reason).toBe("PAGE_TOKEN_INVALID");
    const parts = JSON.parse(Buffer.from(nextPageToken, "base64url").toString()) as unknown[];
    await fc.assert(
      fc.asyncProperty(fc.tuple(fc.jsonValue(), fc.jsonValue()), async ([number, values]) => {
        const forged = Buffer.from(JSON.stringify([parts[0], number, values])).toString("base64url");
        expect(
          (await refusal(fixture.documents.listDocuments({ namespace, ...orders, pageToken: forged }))).reason,
        ).toBe("PAGE_TOKEN_INVALID");
      }),
      { numRuns: 30 },
    );
    const values = [
      [1, 1, "x", 1],
      ["a", "1", null, null],
      ["a", 1, "2026", null],
      ["a", 1, null, "x"],
      [null, null, null],
    ];
    for (const forgedValues of values) {
      const pageToken = Buffer.from(JSON.stringify([parts[0], 1, forgedValues])).toString("base64url");
      expect((await refusal(fixture.documents.listDocuments({ namespace, ...orders, pageToken }))).reason).toBe(
        "PAGE_TOKEN_INVALID",
      );
    }
    for (const pageToken of [
      "x",
      "%%%",
      Buffer.from("[]").toString("base64url"),
      Buffer.from("{").toString("base64url"),
    ]) {
      expect((await refusal(fixture.documents.listDocuments({ namespace, ...orders, pageToken }))).reason).toBe(
        "PAGE_TOKEN_INVALID",
      );
    }
  });
});

test.each<[string, FieldInit[], string]>([
  ["no name", [{}], "collection.fields[0].name"],
  ["a built-in name", [{ name: "key" }], "collection.fields[0].name"],
  ["a name twice", [{ name: "a" }, { name: "a" }], "collection.fields[1].name"],
  ["an unknown type", [{ name: "a", type: 42 as Type }], "collection.fields[0].type"],
  ["a unique list", [{ name: "a", type: Type.TEXT_LIST, unique: true }], "collection.fields[0].unique"],
  ["a path with a zero", [{ name: "a", path: "a\u0000" }], "collection.fields[0].path"],
])("a declaration with %s is refused", async (_name, fields, field) => {
  const call = fixture.documents.declareCollection({ collection: { namespace, name: "c", fields } });
  expect(await refusal(call)).toMatchObject({ reason: "INVALID_ARGUMENT", metadata: { field } });
});

test("a declaration without collection, or with more fields of a kind than fit, is refused", async () => {
  expect(await refusal(fixture.documents.declareCollection({}))).toMatchObject({
    reason: "INVALID_ARGUMENT",
    metadata: { field: "collection" },
  });
  const fields = Array.from({ length: 13 }, (_, index) => ({ name: `t${index}` }));
  const call = fixture.documents.declareCollection({ collection: { namespace, name: "c", fields } });
  expect(await refusal(call)).toMatchObject({ reason: "QUOTA_EXCEEDED", metadata: { limit: "12" } });
});

test("a document is asked for by one name", async () => {
  const ask = (by: Parameters<typeof fixture.documents.getDocument>[0]["by"]) =>
    refusal(
      fixture.documents.getDocument(
        by === undefined ? { namespace, collection: "c" } : { namespace, collection: "c", by },
      ),
    );
  expect(await ask(undefined)).toMatchObject({ reason: "INVALID_ARGUMENT", metadata: { field: "by" } });
  expect(await ask({ case: "number", value: -1n })).toMatchObject({
    reason: "INVALID_ARGUMENT",
    metadata: { field: "number" },
  });
  expect(await ask({ case: "number", value: 1n << 62n })).toMatchObject({
    reason: "INVALID_ARGUMENT",
    metadata: { field: "number" },
  });
  const keys = fixture.documents.batchGetDocuments({ namespace, collection: "c", keys: ["a", "\u0000"] });
  expect(await refusal(keys)).toMatchObject({ reason: "INVALID_ARGUMENT", metadata: { field: "keys[1]" } });
});
