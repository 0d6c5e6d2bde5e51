import { createHash } from "node:crypto";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions, Client } from "@connectrpc/connect";
import { createPool } from "@switchyard/postgres";
import {
  type Artifact,
  type ArtifactSchema,
  ArtifactService,
  type DownloadArtifactRequest,
  type DownloadArtifactRequestSchema,
  type UploadArtifactRequest,
  type UploadArtifactRequestSchema,
} from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { createClient, createGrpcTransport, createInMemoryTransport } from "@switchyard/rpc";
import {
  createLogger,
  createServiceHost,
  createStaticAuthenticator,
  omnipotent,
  type Scope,
} from "@switchyard/service-kit";
import { createTestDatabase } from "@switchyard/testkit";
import type { BlobStore } from "@switchyard/blobs";
import { type Catalog, catalogScopes, createCatalog, migrateCatalog } from "../src/index.js";
import type { TestStore } from "./artifact-stores.js";

/** A file as tests say it. */
export type FileInit = Exclude<MessageInitShape<typeof ArtifactSchema>, Artifact>;
/** A message of an upload as tests say it. */
export type UploadInit = Exclude<MessageInitShape<typeof UploadArtifactRequestSchema>, UploadArtifactRequest>;
/** A download as tests say it. */
export type DownloadInit = Exclude<MessageInitShape<typeof DownloadArtifactRequestSchema>, DownloadArtifactRequest>;

/** What came of a download. */
export interface Download {
  readonly artifact: Artifact | undefined;
  readonly bytes: Buffer;
  /** Bytes of each piece. */
  readonly pieces: readonly number[];
}

/** A catalog on a database of its own that listens, with clients. */
export interface ArtifactFixture {
  readonly catalog: Catalog;
  /** `host:port`. */
  readonly address: string;
  /** Over gRPC. */
  readonly client: Client<typeof ArtifactService>;
  /** In this process. */
  readonly inMemory: Client<typeof ArtifactService>;
  upload(file: FileInit, bytes: Uint8Array, options?: CallOptions): Promise<Artifact>;
  download(request: DownloadInit): Promise<Download>;
  /** Names in a list of a job, in order. */
  names(namespace: string, jobId: string): Promise<string[]>;
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

const token = (name: string, scopes: Scope[]) => ({ name, token: `${name}-token`, scopes, namespaces: "all" as const });

/** Callers without a token may do everything; tokens are `reader-token`, `runner-token` and `submitter-token`. */
const auth = {
  authenticator: createStaticAuthenticator([
    token("reader", ["read"]),
    token("runner", ["run"]),
    token("submitter", ["submit"]),
  ]),
  anonymous: omnipotent("test"),
};

/** Call options that show a token. */
export const as = (name: "reader" | "runner" | "submitter") => ({ headers: { authorization: `Bearer ${name}-token` } });

/** Starts a catalog on a blob store, which the caller closes. */
export async function startArtifacts(
  blobs: BlobStore,
  options: { readonly maxArtifactBytes?: number } = {},
): Promise<ArtifactFixture> {
  const database = await createTestDatabase({ templateKey: "catalog", migrate: migrateCatalog });
  const logger = createLogger({ name: "test", level: "silent" });
  const pool = createPool({ url: database.url, max: 20, applicationName: "artifacts-test" });
  const catalog = createCatalog({ pool, logger, blobs, ...options });
  const listen = { grpcListen: "127.0.0.1:0", opsListen: "127.0.0.1:0" };
  const host = createServiceHost({
    ...{ name: "catalog", logger, routes: catalog.routes, scopes: catalogScopes, auth },
    ...listen,
  });
  await catalog.start();
  await host.start();
  const transport = createGrpcTransport({ address: host.grpcAddress });
  const client = createClient(ArtifactService, transport);
  return {
    catalog,
    address: host.grpcAddress,
    client,
    inMemory: createClient(ArtifactService, createInMemoryTransport(host.inMemory)),
    async upload(file, bytes, callOptions) {
      const { artifact } = await client.uploadArtifact(messagesOf(file, bytes), callOptions);
      return artifact as Artifact;
    },
    download: (request) => collect(client.downloadArtifact(request)),
    async names(namespace, jobId) {
      const { artifacts } = await client.listArtifacts({ namespace, jobId });
      return artifacts.map(({ name }) => name);
    },
    async query<Row extends object>(text: string, values: readonly unknown[] = []) {
      const { rows } = await pool.query<Row>(text, [...values]);
      return rows;
    },
    async stop() {
      transport.close();
      await host.stop();
      await catalog.stop();
      await pool.close();
      await database.drop();
    },
  };
}

/** Starts a catalog on a store of its own, which stops with it. */
export async function startArtifactsIn(
  openStore: () => Promise<TestStore>,
  options: { readonly maxArtifactBytes?: number } = {},
): Promise<ArtifactFixture & Pick<TestStore, "blobs">> {
  const { blobs, stop } = await openStore();
  const closeStore = async () => {
    await blobs.close();
    await stop();
  };
  try {
    const fixture = await startArtifacts(blobs, options);
    return { ...fixture, blobs, stop: () => fixture.stop().finally(closeStore) };
  } catch (error) {
    await closeStore();
    throw error;
  }
}

/** Bytes of a piece that tests send. */
const pieceBytes = 1024 * 1024;

/** The messages that upload a file. */
export async function* messagesOf(file: FileInit, bytes: Uint8Array): AsyncGenerator<UploadInit> {
  yield { message: { case: "artifact", value: file } };
  for (let at = 0; at < bytes.length; at += pieceBytes)
    yield { message: { case: "data", value: bytes.subarray(at, at + pieceBytes) } };
}

/** Reads a download to its end. */
export async function collect(
  messages: ReturnType<Client<typeof ArtifactService>["downloadArtifact"]>,
): Promise<Download> {
  let artifact: Artifact | undefined;
  const parts: Uint8Array[] = [];
  for await (const message of messages) {
    artifact ??= message.artifact;
    if (message.data.length > 0) parts.push(message.data);
  }
  return { artifact, bytes: Buffer.concat(parts), pieces: parts.map((part) => part.length) };
}

export const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();
