import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { ArtifactService } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { CatalogService } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { createGrpcTransport } from "@switchyard/rpc";
import {
  createTestDatabase,
  eventually,
  freePort,
  startProcess,
  temporaryDirectory,
  type TestDatabase,
  type TestProcess,
} from "@switchyard/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { messagesOf } from "./artifact-fixture.js";
import { put, refusal, value } from "./catalog-fixture.js";

let database: TestDatabase;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let catalog: TestProcess | undefined;
beforeEach(async () => {
  // Nothing is migrated beforehand: the process does that itself.
  database = await createTestDatabase({ templateKey: "empty", migrate: async () => undefined });
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await catalog?.end("SIGKILL");
  await database.drop();
  await directory.remove();
});

test("the process migrates, serves over gRPC with tokens, and ends with 0 on SIGTERM", async () => {
  const [grpc, ops] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const tokens = [{ name: "only-n", token: "secret-token", scopes: ["submit", "read"], namespaces: ["n"] }];
  catalog = await startProcess("services/catalog/src/main.ts", {
    DATABASE_URL: database.url,
    CATALOG_ARTIFACT_DIR: directory.path,
    GRPC_LISTEN: grpc,
    OPS_LISTEN: ops,
    SWITCHYARD_TOKENS: JSON.stringify(tokens),
  });
  await eventually(async () => expect((await fetch(`http://${ops}/readyz`)).status).toBe(200), { timeoutMs: 25_000 });

  const transport = createGrpcTransport({ address: grpc });
  const client = createClient(CatalogService, transport);
  const headers = { authorization: "Bearer secret-token" };
  await client.writeDocuments({ namespace: "n", writes: [put("c", "a", { x: 1 })] }, { headers });
  const { document } = await client.getDocument(
    { namespace: "n", collection: "c", by: { case: "key", value: "a" } },
    { headers },
  );
  expect(value(document?.body)).toEqual({ x: 1 });
  const foreign = client.writeDocuments({ namespace: "m", writes: [put("c", "a", 1)] }, { headers });
  expect((await refusal(foreign)).reason).toBe("PERMISSION_DENIED");
  const declaration = client.declareCollection({ collection: { namespace: "n", name: "c" } }, { headers });
  expect((await refusal(declaration)).reason).toBe("PERMISSION_DENIED");
  expect((await refusal(client.listDocuments({ namespace: "n", collection: "c" }))).reason).toBe("UNAUTHENTICATED");

  const artifacts = createClient(ArtifactService, transport);
  const file = { namespace: "n", jobId: "job", name: "a" };
  const { artifact } = await artifacts.uploadArtifact(messagesOf(file, Buffer.from("kept")), { headers });
  const kept = join(directory.path, artifact?.id.slice(0, 2) ?? "", artifact?.id ?? "");
  expect(await readFile(kept, "utf8")).toBe("kept");

  expect(await catalog.end()).toBe(0);
  transport.close();
});
