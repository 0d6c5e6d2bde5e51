import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DocumentWrite } from "../src/domain/document-write.js";
import { freshNamespace } from "./catalog-fixture.js";
import { deleteOf, type ListWish, type MemoryFixture, putOf, startReplicas } from "./memory-fixture.js";

let fixture: MemoryFixture;
beforeAll(async () => {
  fixture = await startReplicas();
});
afterAll(() => fixture?.stop());

// Letters whose order differs between units of UTF-16 and bytes of UTF-8 among them.
const text = fc.string({ unit: fc.constantFrom("a", "B", "é", "\u0000", "\u0001", "😀", "\uffff"), maxLength: 2 });
const number = fc.constantFrom(0, -0, -1, 2.5, 1e300, 7);
const time = fc.constantFrom("2026-01-01T00:00:00.000001Z", "2026-01-01T01:00:00+01:00", "0001-01-01T00:00:00Z");
const word = fc.constantFrom("alpha", "beta", "gamma");
const orAbsent = <T>(values: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: values }, fc.constant(null));

const body = fc.record({
  text: orAbsent(text),
  n: orAbsent(number),
  flag: orAbsent(fc.boolean()),
  time: orAbsent(time),
  tags: orAbsent(fc.array(text, { maxLength: 2 })),
  words: orAbsent(fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(" "))),
});
const key = fc.integer({ min: 0, max: 12 }).map((index) => `k${index}`);
const write: fc.Arbitrary<DocumentWrite> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(key, body, fc.constantFrom(null, null, "2999-01-01T00:00:00.000000Z"))
      .map((all) => putOf(...all)),
  },
  { weight: 1, arbitrary: key.map(deleteOf) },
);

const comparisons = ["less", "lessOrEqual", "greater", "greaterOrEqual"] as const;
const on = (field: string, values: fc.Arbitrary<unknown>, ...operators: readonly string[]) =>
  fc.oneof(
    fc.record({ field: fc.constant(field), operator: fc.constantFrom("present", "absent"), values: fc.constant([]) }),
    fc.record({
      field: fc.constant(field),
      operator: fc.constantFrom(...operators),
      values: values.map((value) => [JSON.stringify(value)]),
    }),
  );
const condition = fc.oneof(
  on("text", text, "equal", "notEqual", "prefix", "contains", ...comparisons),
  on("n", number, "equal", "notEqual", ...comparisons),
  on("flag", fc.boolean(), "equal", "notEqual", ...comparisons),
  on("time", time, "equal", "notEqual", ...comparisons),
  on("tags", text, "equal", "notEqual", "prefix"),
  on(
    "words",
    fc.oneof(word, fc.constantFrom("alpha beta", "GAMMA alpha", "alpha -beta", '"alpha beta"', "alpha or gamma")),
    "matches",
  ),
  on("key", key, "equal", "prefix"),
);
const wish = fc.record({
  where: fc.array(condition, { maxLength: 3 }),
  orders: fc.array(
    fc.record({
      field: fc.constantFrom("text", "n", "flag", "time", "text", "n", "key"),
      descending: fc.boolean(),
      absentFirst: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  pageSize: fc.integer({ min: 1, max: 6 }),
  skip: fc.integer({ min: 0, max: 6 }),
  facets: fc.subarray(["text", "n", "flag", "time"]),
  maxima: fc.subarray(["n", "time"]),
}) as fc.Arbitrary<ListWish>;

const step = fc.record({
  writes: fc.array(write, { maxLength: 6 }),
  wishes: fc.array(wish, { minLength: 1, maxLength: 4 }),
});

test("lists from memory are those of the database, whatever was written in between and by whom", {
  timeout: 60_000,
}, async () => {
  const { one, other } = fixture;
  let fromMemory = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
      const namespace = freshNamespace();
      await fixture.declare(namespace);
      for (const replica of [one, other]) await replica.list(namespace);
      for (const [index, { writes, wishes }] of steps.entries()) {
        if (writes.length > 0) await (index % 2 === 0 ? one : other).write(namespace, writes);
        for (const asked of wishes) {
          const expected = await one.listPlainly(namespace, asked);
          for (const replica of [one, other]) {
            expect(await replica.list(namespace, asked)).toEqual(expected);
            if (replica.memories.find(namespace, "c") !== undefined) fromMemory++;
          }
        }
      }
    }),
    { numRuns: Number(process.env["PROPERTY_RUNS"] ?? 10) },
  );
  expect(fromMemory).toBeGreaterThan(0);
});
