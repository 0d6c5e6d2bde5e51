import { FieldCondition_Operator as Op } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { IndexField_Type as Type } from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CatalogFixture, freshNamespace, put, startCatalog } from "./catalog-fixture.js";
import { compare, type ModelBody, type ModelDocument, selectFromModel, fieldOf } from "./list-model.js";

let fixture: CatalogFixture;
beforeAll(async () => {
  fixture = await startCatalog();
});
afterAll(() => fixture?.stop());

const letters = ["a", "A", "b", "é", "É", "%", "_", "\\", "\u0000", "\u0001", " ", "😀", "\uffff", '"'];
const text = fc.string({ unit: fc.constantFrom(...letters), maxLength: 3 });
const number = fc.constantFrom(0, -1, 1, 2.5, 1e300, -1e-9, 7);
// All of one form, so that the model can compare them as texts.
const time = fc.constantFrom(
  "2026-01-01T00:00:00.000001Z",
  "2026-01-01T00:00:00.000002Z",
  "1969-12-31T23:59:59.999999Z",
  "9999-12-31T23:59:59.500001Z",
);
const word = fc.constantFrom("alpha", "Beta", "gamma");
const orAbsent = <T>(values: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: values }, fc.constantFrom(null, undefined));

const body: fc.Arbitrary<ModelBody> = fc.record({
  text: orAbsent(text),
  n: orAbsent(number),
  flag: orAbsent(fc.boolean()),
  time: orAbsent(time),
  tags: orAbsent(fc.array(text, { maxLength: 3 })),
  words: orAbsent(fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(" "))),
}) as fc.Arbitrary<ModelBody>;

const comparisons = [Op.LESS, Op.LESS_OR_EQUAL, Op.GREATER, Op.GREATER_OR_EQUAL];
const on = (field: string, values: fc.Arbitrary<unknown>, ...single: Op[]) =>
  fc.oneof(
    fc.record({ field: fc.constant(field), operator: fc.constantFrom(Op.PRESENT, Op.ABSENT), values: fc.constant([]) }),
    ...(field === "words"
      ? []
      : [
          fc.record({
            field: fc.constant(field),
            operator: fc.constantFrom(Op.EQUAL, Op.NOT_EQUAL),
            values: fc.array(values, { minLength: 1, maxLength: 3 }),
          }),
        ]),
    ...single.map((operator) =>
      fc.record({ field: fc.constant(field), operator: fc.constant(operator), values: fc.tuple(values) }),
    ),
  );
const condition = fc.oneof(
  on("text", text, ...comparisons, Op.PREFIX, Op.CONTAINS),
  on("n", number, ...comparisons),
  on("flag", fc.boolean(), ...comparisons),
  on("time", time, ...comparisons),
  on("tags", text, Op.PREFIX, Op.CONTAINS),
  on("words", word, Op.MATCHES),
  on("key", fc.constantFrom("k1", "k2", "k"), ...comparisons, Op.PREFIX, Op.CONTAINS),
  on("number", fc.integer({ min: 0, max: 5 }), ...comparisons),
);
const order = fc.record({
  field: fc.constantFrom("text", "n", "flag", "time", "key", "number"),
  descending: fc.boolean(),
  absentFirst: fc.boolean(),
});
const query = fc.record({
  where: fc.array(condition, { maxLength: 3 }),
  orders: fc.array(order, { maxLength: 3 }),
  pageSize: fc.integer({ min: 1, max: 7 }),
  skip: fc.integer({ min: 0, max: 9 }),
});

const fields = [
  { name: "text", type: Type.TEXT },
  { name: "n", path: "deep.n", type: Type.NUMBER },
  { name: "flag", type: Type.BOOLEAN },
  { name: "time", type: Type.TIME },
  { name: "tags", type: Type.TEXT_LIST },
  { name: "words", type: Type.SEARCH },
];
test("lists agree with a model: conditions, orders, pages, skip, total, facets, maxima", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(body, { maxLength: 25 }),
      fc.array(query, { minLength: 4, maxLength: 8 }),
      async (bodies, queries) => {
        const namespace = freshNamespace();
        await fixture.documents.declareCollection({ collection: { namespace, name: "c", fields } });
        if (bodies.length > 0) {
          await fixture.documents.writeDocuments({
            namespace,
            writes: bodies.map((item, index) => put("c", `k${index}`, { ...item, deep: { n: item.n } })),
          });
        }
        const documents = bodies.map((item, index) => ({ key: `k${index}`, number: index + 1, body: item }));
        for (const { where, orders, pageSize, skip } of queries) {
          const wireWhere = where.map(({ field, operator, values }) => ({
            field,
            operator,
            values: values.map((item) => JSON.stringify(item)),
          }));
          const expected = selectFromModel(documents, where, orders);
          const keys: string[] = [];
          let pageToken = "";
          do {
            const page = await fixture.documents.listDocuments({
              namespace,
              collection: "c",
              where: wireWhere,
              orderBy: orders,
              pageSize,
              skip,
              pageToken,
              omitBodies: true,
              wantTotal: true,
              facets: ["text", "flag", "tags"],
              maxima: ["n", "time", "flag", "text", "number"],
            });
            expect(page.documents.length).toBeLessThanOrEqual(pageSize);
            keys.push(...page.documents.map(({ key }) => key));
            pageToken = page.nextPageToken;
            expect(page.total).toBe(BigInt(expected.length));
            for (const { field, values } of page.facets) {
              expect(new Map(values.map(({ value, count }) => [value, Number(count)]))).toEqual(
                facetOf(expected, field),
              );
            }
            expect({ ...page.maxima }).toEqual(maximaOf(expected, ["n", "time", "flag", "text", "number"]));
          } while (pageToken !== "");
          expect(keys).toEqual(expected.slice(skip).map(({ key }) => key));
        }
      },
    ),
    { numRuns: 40 },
  );
});

function facetOf(documents: readonly ModelDocument[], field: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const document of documents) {
    const found = fieldOf(document, field);
    const values = found === null ? [] : Array.isArray(found) ? [...new Set(found)] : [found];
    for (const item of values) counts.set(JSON.stringify(item), (counts.get(JSON.stringify(item)) ?? 0) + 1);
  }
  return counts;
}

function maximaOf(documents: readonly ModelDocument[], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = documents.map((document) => fieldOf(document, name)).filter((item) => item !== null);
      const [largest] = values.sort((a, b) => compare(b, a));
      return largest === undefined ? [] : [[name, JSON.stringify(largest)]];
    }),
  );
}
