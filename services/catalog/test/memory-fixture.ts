import { createKysely, createPool, type Pool } from "@switchyard/postgres";
import { createLogger } from "@switchyard/service-kit";
import { createTestDatabase } from "@switchyard/testkit";
import { declareCollection } from "../src/domain/declare-collection.js";
import type { DocumentWrite } from "../src/domain/document-write.js";
import { listDocuments } from "../src/domain/list-documents.js";
import type { ListRequest } from "../src/domain/list-request.js";
import { createMemories, type Memories } from "../src/domain/memory/memories.js";
import { writeDocuments } from "../src/domain/write-documents.js";
import type { DocumentList } from "../src/domain/write-list.js";
import { migrateCatalog } from "../src/index.js";
import type { IndexField } from "../src/model/index-field.js";
import type { CatalogTables, Db } from "../src/store/database.js";
import { migrateTo } from "./migrate-to.js";

/** What a list asks for beyond a first page of everything with its total. */
export type ListWish = Partial<Omit<ListRequest, "namespace" | "collection">>;

/** A replica of the catalog as far as lists and writes go. It holds every collection in memory that is listed. */
export interface Replica {
  readonly memories: Memories;
  write(namespace: string, writes: readonly DocumentWrite[]): Promise<void>;
  /** Lists with the help of memory. The second list of a collection and later ones find it there. */
  list(namespace: string, wish?: ListWish): Promise<DocumentList>;
  /** Lists by the database alone. */
  listPlainly(namespace: string, wish?: ListWish): Promise<DocumentList>;
}

export interface MemoryFixture {
  readonly pool: Pool;
  readonly db: Db;
  readonly one: Replica;
  readonly other: Replica;
  declare(namespace: string, fields?: readonly IndexField[]): Promise<void>;
  stop(): Promise<void>;
}

/** A field for each kind, and one whose values nobody shares. */
export const allFields: readonly IndexField[] = [
  { name: "text", path: "text", kind: "text", unique: false },
  { name: "n", path: "n", kind: "number", unique: false },
  { name: "flag", path: "flag", kind: "boolean", unique: false },
  { name: "time", path: "time", kind: "time", unique: false },
  { name: "tags", path: "tags", kind: "textList", unique: false },
  { name: "words", path: "words", kind: "search", unique: false },
];

/** Starts two replicas on a database of their own, which may be one that a version before has left. */
export async function startReplicas(options: { mostBytes?: number; migratedTo?: string } = {}): Promise<MemoryFixture> {
  const { migratedTo: step } = options;
  const template =
    step === undefined
      ? { templateKey: "catalog", migrate: migrateCatalog }
      : { templateKey: `catalog-${step}`, migrate: migrateTo(step) };
  const database = await createTestDatabase(template);
  const pool = createPool({ url: database.url, max: 20, applicationName: "catalog-memory-test" });
  const db = createKysely<CatalogTables>(pool);
  const replicas = [createReplica(db, options.mostBytes), createReplica(db, options.mostBytes)] as const;
  return {
    pool,
    db,
    one: replicas[0],
    other: replicas[1],
    async declare(namespace, fields = allFields) {
      await declareCollection(db, namespace, "c", fields);
    },
    async stop() {
      for (const { memories } of replicas) await memories.settle();
      await pool.close();
      await database.drop();
    },
  };
}

function createReplica(db: Db, mostBytes = 1024 ** 3): Replica {
  const logger = createLogger({ name: "test", level: "silent" });
  const memories = createMemories({ db, logger, mostBytes, leastDocuments: 0, pauseMs: 0 });
  const requestOf = (namespace: string, wish: ListWish): ListRequest => ({
    ...{ namespace, collection: "c", where: [], orders: [], pageSize: 100, pageToken: "", skip: 0 },
    ...{ wantTotal: true, facets: [], omitBodies: false, maxima: [], ...wish },
  });
  return {
    memories,
    async write(namespace, writes) {
      await writeDocuments(db, namespace, writes);
    },
    async list(namespace, wish = {}) {
      const list = await listDocuments(db, requestOf(namespace, wish), memories);
      await memories.settle();
      return list;
    },
    listPlainly: (namespace, wish = {}) => listDocuments(db, requestOf(namespace, wish)),
  };
}

const always = { absent: false, present: false, fields: new Map<string, unknown>() };

/** Writes a whole document. */
export function putOf(key: string, body: unknown, expiresAt: string | null = null): DocumentWrite {
  const text = JSON.stringify(body);
  return {
    ...{ collection: "c", key, expect: always },
    operation: { kind: "put", body: text, expiresAt, keepRevisionIfEqual: false },
  };
}

/** Deletes a document. */
export function deleteOf(key: string): DocumentWrite {
  return { collection: "c", key, expect: always, operation: { kind: "delete" } };
}
