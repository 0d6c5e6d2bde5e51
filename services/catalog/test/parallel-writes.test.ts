import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type CatalogFixture,
  freshNamespace,
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

/** The clients of two replicas by turns. */
const replica = (index: number) => (index % 2 === 0 ? fixture.documents : fixture.otherDocuments);

test("of 50 writers that expect the same revision exactly one wins each round", async () => {
  const namespace = freshNamespace();
  await fixture.documents.writeDocuments({ namespace, writes: [put("c", "a", { writer: -1 })] });
  for (let round = 1; round <= 6; round++) {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, writer) =>
        replica(writer).writeDocuments({
          namespace,
          writes: [put("c", "a", { round, writer }, { expect: { revision: BigInt(round) } })],
        }),
      ),
    );
    const winners = outcomes.flatMap(({ status }, writer) => (status === "fulfilled" ? [writer] : []));
    expect(winners).toHaveLength(1);
    const losers = outcomes.filter((outcome) => outcome.status === "rejected");
    for (const { reason } of losers) {
      expect(await refusal(Promise.reject(reason))).toMatchObject({
        reason: "REVISION_MISMATCH",
        metadata: { revision: String(round + 1) },
      });
    }
    const { document } = await fixture.documents.getDocument({
      namespace,
      collection: "c",
      by: { case: "key", value: "a" },
    });
    expect(document?.revision).toBe(BigInt(round + 1));
    expect(value(document?.body)).toEqual({ round, writer: winners[0] });
  }
});

test("of 50 writers that expect absence exactly one makes the document", async () => {
  const namespace = freshNamespace();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, (_, writer) =>
      replica(writer).writeDocuments({ namespace, writes: [put("c", "a", writer, { expect: { absent: true } })] }),
    ),
  );
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") continue;
    expect((await refusal(Promise.reject(outcome.reason))).reason).toBe("ALREADY_EXISTS");
  }
});

test("parallel batches over the same documents in opposite order all pass, and each is whole", async () => {
  const namespace = freshNamespace();
  const keys = Array.from({ length: 30 }, (_, index) => `k${index}`);
  const places = keys.flatMap((key) => [["c", key] as const, ["d", key] as const]);
  await Promise.all(
    Array.from({ length: 40 }, (_, batch) => {
      const order = batch % 4 < 2 ? places : places.toReversed();
      const writes = order.map(([collection, key]) => put(collection, key, { batch }));
      return replica(batch).writeDocuments({ namespace, writes });
    }),
  );
  const lists = await Promise.all(
    ["c", "d"].map((collection) => fixture.documents.listDocuments({ namespace, collection, pageSize: 1000 })),
  );
  const documents = lists.flatMap((list) => list.documents);
  expect(documents).toHaveLength(60);
  expect(new Set(documents.map(({ body }) => JSON.stringify(value(body)))).size).toBe(1);
  expect(new Set(documents.map(({ revision }) => revision))).toEqual(new Set([40n]));
});

test("numbers are dense whoever creates, fails, deletes and reaps at the same time", async () => {
  const namespace = freshNamespace();
  await fixture.documents.declareCollection({
    collection: { namespace, name: "c", fields: [{ name: "name", unique: true }] },
  });
  const numbers: bigint[] = [];
  const create = async (writer: number) => {
    const body = { name: `w${writer}` };
    const writes = [
      put("c", `a${writer}`, body),
      put("c", `b${writer}`, {}),
      putUntil("c", `e${writer}`, {}, Date.now() - 1),
    ];
    const { results } = await replica(writer).writeDocuments({ namespace, writes });
    numbers.push(...results.map(({ number }) => number));
    await replica(writer).writeDocuments({ namespace, writes: [remove("c", `a${writer}`)] });
  };
  const fail = (writer: number) =>
    refusal(
      replica(writer).writeDocuments({
        namespace,
        writes: [put("c", `f${writer}`, {}), patch("c", "nowhere", {})],
      }),
    );
  await Promise.all(
    Array.from({ length: 40 }, async (_, writer) => {
      if (writer % 8 === 7) await fixture.catalog.reap();
      await (writer % 4 === 3 ? fail(writer) : create(writer));
    }),
  );
  const sorted = numbers.map(Number).sort((a, b) => a - b);
  expect(sorted).toEqual(Array.from({ length: 90 }, (_, index) => index + 1));
});

test("writers, declarations and the reaper get along", async () => {
  const namespace = freshNamespace();
  const fields = [{ name: "x", type: 2 }, { name: "t" }];
  await Promise.all(
    Array.from({ length: 40 }, async (_, turn) => {
      if (turn % 10 === 9) {
        const declared = fields.slice(0, 1 + (turn % 2));
        await replica(turn).declareCollection({ collection: { namespace, name: "c", fields: declared } });
      } else if (turn % 10 === 8) await fixture.catalog.reap();
      else
        await replica(turn).writeDocuments({
          namespace,
          writes: [put("c", `k${turn}`, { x: turn, t: `${turn}` }), putUntil("c", "e", {}, Date.now() - 1)],
        });
    }),
  );
  await fixture.documents.declareCollection({ collection: { namespace, name: "c", fields } });
  const { documents } = await fixture.documents.listDocuments({
    namespace,
    collection: "c",
    orderBy: [{ field: "x", descending: true }],
    where: [{ field: "t", operator: 7 }],
  });
  expect(documents.map(({ key }) => key)).toEqual(
    Array.from({ length: 40 }, (_, turn) => 39 - turn)
      .filter((turn) => turn % 10 < 8)
      .map((turn) => `k${turn}`),
  );
});
