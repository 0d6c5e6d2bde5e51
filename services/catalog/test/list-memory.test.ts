import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { declareCollection } from "../src/domain/declare-collection.js";
import { migrateCatalogOn } from "../src/index.js";
import { findCollections, type StoredCollection } from "../src/store/collections.js";
import { type CollectionSight, deleteOldChanges, lookAt, lookSince } from "../src/store/document-changes.js";
import { inSnapshot } from "../src/store/snapshot.js";
import { freshNamespace } from "./catalog-fixture.js";
import {
  allFields,
  deleteOf,
  type ListWish,
  type MemoryFixture,
  putOf,
  type Replica,
  startReplicas,
} from "./memory-fixture.js";

let fixture: MemoryFixture;
beforeAll(async () => {
  fixture = await startReplicas();
});
afterAll(() => fixture?.stop());

const isFlagged: ListWish = { where: [{ field: "flag", operator: "equal", values: ["true"] }], facets: ["text"] };

/** A collection with some documents that both replicas hold in memory. */
async function heldCollection(documents = 3): Promise<string> {
  const namespace = freshNamespace();
  await fixture.declare(namespace);
  await fixture.one.write(
    namespace,
    Array.from({ length: documents }, (_, index) => putOf(`k${index}`, { text: `t${index}`, flag: true, n: index })),
  );
  for (const replica of [fixture.one, fixture.other]) {
    await replica.list(namespace);
    expect(replica.memories.find(namespace, "c")).toBeDefined();
  }
  return namespace;
}

/**
 * Returns when no snapshot can miss a note that was thrown away. Until then memories are given up to be safe; and transactions of
 * all databases of the server count, so those of other tests do.
 */
async function dropsAreOld(): Promise<void> {
  await eventually(async () => {
    const { rows } = await fixture.pool.query(
      "select bool_and(pg_snapshot_xmin(pg_current_snapshot()) > xid) as old from catalog.document_changes_floor",
    );
    expect(rows).toEqual([{ old: true }]);
  });
}

const totalOf = async (replica: Replica, namespace: string, wish = isFlagged) =>
  (await replica.list(namespace, wish)).total;

test("a write that was acknowledged is in every replica's next answer, with many writers and readers at once", async () => {
  const namespace = await heldCollection(0);
  const writer = async (name: string) => {
    const mine = (field: string, operator: "equal" | "matches") => ({
      where: [{ field, operator, values: [JSON.stringify(name)] }],
      orders: [{ field: "n", descending: true, absentFirst: false }],
    });
    for (let round = 1; round <= 4; round++) {
      await fixture.one.write(namespace, [putOf(`${name}-${round}`, { text: name, words: `x ${name} y`, n: round })]);
      for (const wish of [mine("text", "equal"), mine("words", "matches")]) {
        const { total, documents } = await fixture.other.list(namespace, wish);
        expect(total).toBe(round);
        expect(documents[0]?.key).toBe(`${name}-${round}`);
      }
    }
    await fixture.one.write(namespace, [deleteOf(`${name}-1`), putOf(`${name}-2`, { text: "other", words: "x" })]);
    expect(await totalOf(fixture.other, namespace, mine("text", "equal"))).toBe(2);
    expect(await totalOf(fixture.other, namespace, mine("words", "matches"))).toBe(2);
  };
  await Promise.all(["a", "b", "c", "d", "e", "f"].map(writer));
});

test("a transaction that began before a memory and ends after it is not missed, whatever ended in between", async () => {
  const namespace = await heldCollection();
  const client = await fixture.pool.connect();
  try {
    await client.query("begin");
    await client.query(
      "update catalog.documents set b1 = false where key = 'k0' and collection_id = (select id from catalog.collections where namespace = $1)",
      [namespace],
    );
    await fixture.one.write(namespace, [putOf("k1", { text: "t1", flag: false })]);
    expect(await totalOf(fixture.one, namespace)).toBe(2);
    await client.query("commit");
    // Written without this code: by a replica of another version, say.
    expect(await totalOf(fixture.one, namespace)).toBe(1);
    expect(await totalOf(fixture.other, namespace)).toBe(1);
  } finally {
    client.release();
  }
});

test("documents that end are gone from that moment on, and come back as others when they are written anew", async () => {
  const namespace = await heldCollection();
  await fixture.one.write(namespace, [
    putOf("k0", { flag: true }, new Date(Date.now() + 200).toISOString().replace("Z", "000Z")),
  ]);
  await fixture.other.list(namespace);
  await eventually(async () => expect((await fixture.one.listPlainly(namespace, isFlagged)).total).toBe(2));
  expect(await totalOf(fixture.other, namespace)).toBe(2);
  await fixture.one.write(namespace, [putOf("k0", { text: "again", flag: true })]);
  const list = await fixture.other.list(namespace, isFlagged);
  expect(list).toEqual(await fixture.one.listPlainly(namespace, isFlagged));
  expect(list.documents.at(-1)).toMatchObject({ key: "k0", number: 4, revision: 1 });
});

test("a memory that missed notes of changes is given up, and answers are right all the time", async () => {
  const namespace = await heldCollection();
  const before = fixture.one.memories.find(namespace, "c");
  await fixture.one.write(namespace, [putOf("k0", { flag: false })]);
  await eventually(async () => expect(await deleteOldChanges(fixture.db, 0)).toBe(0));
  await dropsAreOld();
  expect(await totalOf(fixture.one, namespace)).toBe(2);
  const after = fixture.one.memories.find(namespace, "c");
  expect(after).toBeDefined();
  expect(after).not.toBe(before);
  await fixture.one.write(namespace, [putOf("k1", { flag: false })]);
  expect(await totalOf(fixture.one, namespace)).toBe(1);
  expect(fixture.one.memories.find(namespace, "c")).toBe(after);
});

test("what another server showed is followed by none, since it may have had commits that this one has not", async () => {
  const namespace = await heldCollection();
  await inSnapshot(fixture.db, async (trx) => {
    const collection = (await findCollections(trx, namespace, ["c"])).get("c") as StoredCollection;
    const sight = await lookAt(trx, collection.id);
    const position = (sight as CollectionSight).position;
    expect((await lookSince(trx, collection.id, position))?.changed).toEqual([]);
    const elsewhere = { ...position, server: "2026-01-01 00:00:00+00" };
    expect(await lookSince(trx, collection.id, elsewhere)).toMatchObject({ collection, changed: undefined });
  });
});

test("other fields are known at once, in every replica", async () => {
  const namespace = await heldCollection();
  const fields = [{ name: "m", path: "n", kind: "number" as const, unique: false }, ...allFields.slice(2)];
  await declareCollection(fixture.db, namespace, "c", fields);
  const wish: ListWish = {
    where: [{ field: "m", operator: "greater", values: ["0"] }],
    orders: [{ field: "m", descending: true, absentFirst: false }],
    facets: ["m"],
  };
  for (const replica of [fixture.one, fixture.other]) {
    for (let time = 0; time < 2; time++) {
      const list = await replica.list(namespace, wish);
      expect(list.documents.map(({ key }) => key)).toEqual(["k2", "k1"]);
      expect(list.facets[0]?.values).toEqual(["1", "2"].map((value) => ({ value, count: 1 })));
    }
    await expect(replica.list(namespace, { facets: ["n"] })).rejects.toMatchObject({ reason: "INVALID_ARGUMENT" });
    expect(replica.memories.find(namespace, "c")).toBeDefined();
  }
});

test("what does not fit into memory is left to the database", async () => {
  const small = await startReplicas({ mostBytes: 60_000 });
  try {
    const namespace = freshNamespace();
    await small.declare(namespace);
    const longText = "x".repeat(1_000);
    const write = (from: number, count: number) =>
      small.one.write(
        namespace,
        Array.from({ length: count }, (_, index) => putOf(`k${from + index}`, { text: `${longText}${from + index}` })),
      );
    await write(0, 5);
    await small.one.list(namespace);
    expect(small.one.memories.find(namespace, "c")).toBeDefined();
    // It has grown beyond what it may take when it is looked at the next time.
    await write(5, 60);
    expect((await small.one.list(namespace)).total).toBe(65);
    small.one.memories.dropUnused();
    expect(small.one.memories.find(namespace, "c")).toBeUndefined();
    for (let time = 0; time < 2; time++) expect((await small.one.list(namespace)).total).toBe(65);
    expect(small.one.memories.find(namespace, "c")).toBeUndefined();
  } finally {
    await small.stop();
  }
});

test("documents of a database from before the notes are there, and are followed from then on", async () => {
  const old = await startReplicas({ migratedTo: "0004-documents-order" });
  try {
    const namespace = freshNamespace();
    await old.declare(namespace);
    await old.one.write(namespace, [
      putOf("k0", { flag: true }),
      putOf("k1", { flag: true }),
      putOf("k2", { flag: false }),
    ]);
    await old.one.write(namespace, [deleteOf("k1")]);
    await migrateCatalogOn(old.pool);
    for (const replica of [old.one, old.other]) {
      await replica.list(namespace);
      expect(replica.memories.find(namespace, "c")).toBeDefined();
      expect(await totalOf(replica, namespace)).toBe(1);
    }
    await old.one.write(namespace, [putOf("k2", { flag: true })]);
    expect(await totalOf(old.other, namespace)).toBe(2);
  } finally {
    await old.stop();
  }
});
