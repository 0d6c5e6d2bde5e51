import { createKysely, createPool } from "@switchyard/postgres";
import { createTestDatabase } from "@switchyard/testkit";
import { expect, test } from "vitest";
import { declareCollection } from "../src/domain/declare-collection.js";
import { listDocuments } from "../src/domain/list-documents.js";
import { writeDocuments } from "../src/domain/write-documents.js";
import { migrateCatalogOn } from "../src/index.js";
import type { CatalogTables } from "../src/store/database.js";
import { migrateTo } from "./migrate-to.js";

test("documents and their indexes are the same behind the step that orders the columns anew", async () => {
  const database = await createTestDatabase({ templateKey: "catalog-0003", migrate: migrateTo("0003-artifacts") });
  const pool = createPool({ url: database.url, max: 2, applicationName: "catalog-order-test" });
  try {
    const db = createKysely<CatalogTables>(pool);
    const fields = [
      { name: "title", path: "title", kind: "text", unique: true },
      { name: "open", path: "open", kind: "boolean", unique: false },
      { name: "score", path: "score", kind: "number", unique: false },
      { name: "tags", path: "tags", kind: "textList", unique: false },
      { name: "due", path: "due", kind: "time", unique: false },
    ] as const;
    await declareCollection(db, "n", "c", fields);
    const bodies = [
      { title: "a", open: true, score: 1, tags: ["x", "y"], due: "2026-01-01T00:00:00Z" },
      { title: "b", open: false },
      { title: "c" },
    ];
    const writes = bodies.map((body, index) => ({
      collection: "c",
      key: `k${index}`,
      operation: {
        ...{ kind: "put" as const, body: JSON.stringify(body), keepRevisionIfEqual: false },
        expiresAt: index === 2 ? "2999-01-01T00:00:00.000000Z" : null,
      },
      expect: { absent: false, present: false, fields: new Map<string, unknown>() },
    }));
    await writeDocuments(db, "n", writes);

    const list = {
      ...{ namespace: "n", collection: "c", pageSize: 10, pageToken: "", skip: 0, wantTotal: true, omitBodies: false },
      where: [{ field: "open", operator: "notEqual" as const, values: ["false"] }],
      orders: [{ field: "score", descending: true, absentFirst: false }],
      facets: ["tags", "title"],
      maxima: ["due"],
    };
    const before = await listDocuments(db, list);
    expect(before.total).toBe(2);
    const indexesOf = () =>
      pool.query<{ name: string }>(
        "select indexname as name from pg_indexes where schemaname = 'catalog' and tablename = 'documents' order by 1",
      );
    const { rows: indexes } = await indexesOf();

    await migrateCatalogOn(pool);
    expect(await listDocuments(db, list)).toEqual(before);
    expect((await indexesOf()).rows).toEqual(indexes);
    await expect(writeDocuments(db, "n", [{ ...writes[0], key: "other" } as (typeof writes)[0]])).rejects.toMatchObject(
      {
        reason: "ALREADY_EXISTS",
      },
    );
  } finally {
    await pool.close();
    await database.drop();
  }
});
