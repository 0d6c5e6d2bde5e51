import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { fromConnectError } from "@switchyard/errors";
import { createPool } from "@switchyard/postgres";
import {
  CatalogService,
  type DocumentWrite,
  type DocumentWriteSchema,
  type ListDocumentsRequest,
  type ListDocumentsRequestSchema,
} from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { CoordinationService } from "@switchyard/proto/switchyard/catalog/v1/coordination_service_pb";
import type { IndexFieldSchema } from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import { createInMemoryTransport } from "@switchyard/rpc";
import { createLogger, createServiceHost, omnipotent } from "@switchyard/service-kit";
import { createTestDatabase, temporaryDirectory } from "@switchyard/testkit";
import { createDirectoryBlobStore } from "@switchyard/blobs";
import { type Catalog, catalogScopes, createCatalog, migrateCatalog } from "../src/index.js";

/** A write as tests say it. */
export type WriteInit = Exclude<MessageInitShape<typeof DocumentWriteSchema>, DocumentWrite>;
/** A list as tests say it. */
export type ListInit = Exclude<MessageInitShape<typeof ListDocumentsRequestSchema>, ListDocumentsRequest>;
/** An index field as tests say it. */
export type FieldInit = MessageInitShape<typeof IndexFieldSchema>;

/** A catalog on a database of its own, with clients. */
export interface CatalogFixture {
  readonly catalog: Catalog;
  readonly url: string;
  readonly transport: Transport;
  readonly documents: Client<typeof CatalogService>;
  readonly coordination: Client<typeof CoordinationService>;
  /** A second replica's clients on the same database. */
  readonly otherDocuments: Client<typeof CatalogService>;
  readonly otherCoordination: Client<typeof CoordinationService>;
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

const silent = createLogger({ name: "test", level: "silent" });

export async function startCatalog(): Promise<CatalogFixture> {
  const database = await createTestDatabase({ templateKey: "catalog", migrate: migrateCatalog });
  const directory = await temporaryDirectory();
  const blobs = createDirectoryBlobStore(directory.path);
  const replicas = [1, 2].map((replica) => {
    const pool = createPool({ url: database.url, max: 20, applicationName: `catalog-test-${replica}` });
    const catalog = createCatalog({ pool, logger: silent, blobs });
    // The host gives the standard middleware; it listens nowhere, since it is never started.
    const host = createServiceHost({
      name: "catalog",
      logger: silent,
      routes: catalog.routes,
      grpcListen: "127.0.0.1:0",
      opsListen: "127.0.0.1:0",
      auth: { authenticator: { authenticate: () => omnipotent("test") } },
      scopes: catalogScopes,
    });
    return { pool, catalog, transport: createInMemoryTransport(host.inMemory) };
  });
  const [one, other] = replicas as [(typeof replicas)[0], (typeof replicas)[0]];
  return {
    catalog: one.catalog,
    url: database.url,
    transport: one.transport,
    documents: createClient(CatalogService, one.transport),
    coordination: createClient(CoordinationService, one.transport),
    otherDocuments: createClient(CatalogService, other.transport),
    otherCoordination: createClient(CoordinationService, other.transport),
    async query<Row extends object>(text: string, values: readonly unknown[] = []) {
      const { rows } = await one.pool.query<Row>(text, [...values]);
      return rows;
    },
    async stop() {
      for (const { catalog, pool } of replicas) {
        await catalog.stop();
        await pool.close();
      }
      await database.drop();
      await directory.remove();
    },
  };
}

export const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
export const value = (body: Uint8Array | undefined): unknown => JSON.parse(Buffer.from(body ?? []).toString());

export const put = (
  collection: string,
  key: string,
  body: unknown,
  more: Pick<WriteInit, "expect"> = {},
): WriteInit => ({
  collection,
  key,
  operation: { case: "put", value: { body: json(body) } },
  ...more,
});

export const putUntil = (collection: string, key: string, body: unknown, expiresAtMs: number): WriteInit => ({
  collection,
  key,
  operation: { case: "put", value: { body: json(body), expireTime: timestampFromMs(expiresAtMs) } },
});

export const patch = (
  collection: string,
  key: string,
  change: unknown,
  more: Pick<WriteInit, "expect"> = {},
): WriteInit => ({
  collection,
  key,
  operation: { case: "patch", value: { mergePatch: json(change) } },
  ...more,
});

export const remove = (collection: string, key: string, more: Pick<WriteInit, "expect"> = {}): WriteInit => ({
  collection,
  key,
  operation: { case: "delete", value: {} },
  ...more,
});

/** The refusal of a call; fails when the call succeeds. */
export async function refusal(call: Promise<unknown>): Promise<{ reason: string; metadata: Record<string, string> }> {
  try {
    await call;
  } catch (error) {
    const { reason, metadata } = fromConnectError(error);
    return { reason, metadata: { ...metadata } };
  }
  throw new Error("the call was not refused");
}

let names = 0;
/** A namespace that no other test uses. */
export const freshNamespace = (): string => `ns-${++names}`;
