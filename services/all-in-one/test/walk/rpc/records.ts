import { TokenService, Scope } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { ArtifactService } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { CatalogService } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { CoordinationService } from "@switchyard/proto/switchyard/catalog/v1/coordination_service_pb";
import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { choice, factsOf } from "./fact.js";

const nobody = "00000000-0000-4000-8000-000000000000";
const body = new TextEncoder().encode("{}");
const stream = (namespace: string, jobId: string) => ({ namespace, jobId, attempt: 1, stream: "walk" });
const append = (jobId: string) => {
  const content = choice("text", { lines: new TextEncoder().encode("walk\n") });
  return { jobId, attempt: 1, append: { stream: "walk", content } };
};

/** A method that reads one stream of logs. */
const onStream = {
  needs: "read" as const,
  request: (namespace: string) => ({ stream: stream(namespace, nobody) }),
  names: { log: (namespace: string, jobId: string) => ({ stream: stream(namespace, jobId) }) },
};

/** Logs. What is written to a stream that is not there makes it: nothing to compare. */
export const logFacts = factsOf(LogService, {
  appendLog: { needs: "run", request: (namespace) => ({ namespace, appends: [append("walk")] }) },
  replaceLogText: {
    needs: "run",
    request: (namespace) => ({ stream: { ...stream(namespace, "walk"), stream: "text" }, text: "walk" }),
  },
  readLog: onStream,
  tailLog: onStream,
  downloadLog: onStream,
  searchLogs: {
    needs: "read",
    request: (namespace) => ({ stream: stream(namespace, nobody), filter: { contains: "walk" } }),
    names: { log: (namespace, jobId) => ({ stream: stream(namespace, jobId), filter: { contains: "walk" } }) },
  },
  listLogs: {
    needs: "read",
    request: (namespace) => ({ namespace, jobId: nobody }),
    names: { log: (namespace, jobId) => ({ namespace, jobId }) },
  },
  sealLog: {
    needs: "admin",
    request: (namespace) => ({ namespace, targets: [{ jobId: nobody, which: choice("attempt", 1) }] }),
  },
  deleteLogs: {
    needs: "admin",
    request: (namespace) => ({ namespace, jobIds: [nobody] }),
    names: { log: (namespace, jobId) => ({ namespace, jobIds: [jobId] }) },
  },
  setLogRetention: { needs: "admin", request: (namespace) => ({ namespace, clear: true }) },
  listLogRetention: { needs: "read", request: (namespace) => ({ namespace }) },
});

/** Documents. */
export const catalogFacts = factsOf(CatalogService, {
  declareCollection: { needs: "admin", request: (namespace) => ({ collection: { namespace, name: "walk" } }) },
  getDocument: {
    needs: "read",
    request: (namespace) => ({ namespace, collection: "walk", by: choice("key", "none") }),
    names: { document: (namespace, value) => ({ namespace, collection: "walk", by: choice("key", value) }) },
  },
  batchGetDocuments: {
    needs: "read",
    request: (namespace) => ({ namespace, collection: "walk", keys: ["none"] }),
    names: { document: (namespace, key) => ({ namespace, collection: "walk", keys: [key] }) },
  },
  listDocuments: { needs: "read", request: (namespace) => ({ namespace, collection: "walk" }) },
  writeDocuments: {
    needs: "submit",
    request: (namespace) => ({
      namespace,
      writes: [{ collection: "walk", key: "mine", operation: choice("put", { body }) }],
    }),
    names: {
      document: (namespace, key) => ({
        namespace,
        writes: [{ collection: "walk", key, operation: choice("patch", { mergePatch: body }) }],
      }),
    },
  },
});

/** Files. */
export const artifactFacts = factsOf(ArtifactService, {
  uploadArtifact: {
    needs: ["submit", "run"],
    request: (namespace) => ({
      message: choice("artifact", { namespace, jobId: "walk", attempt: 1, name: "a", staged: true }),
    }),
  },
  downloadArtifact: {
    needs: "read",
    request: (namespace) => ({ namespace, by: choice("artifactId", nobody) }),
    names: { artifact: (namespace, value) => ({ namespace, by: choice("artifactId", value) }) },
  },
  getArtifact: {
    needs: "read",
    request: (namespace) => ({ namespace, artifactId: nobody }),
    names: { artifact: (namespace, artifactId) => ({ namespace, artifactId }) },
  },
  listArtifacts: { needs: "read", request: (namespace) => ({ namespace, jobId: "walk" }) },
  commitArtifacts: {
    needs: "submit",
    request: (namespace) => ({ namespace, jobId: "walk", attempt: 1, artifactIds: [nobody] }),
    names: {
      artifact: (namespace, id) => ({ namespace, jobId: "walk", attempt: 1, artifactIds: [id] }),
    },
  },
  deleteArtifacts: {
    needs: "submit",
    request: (namespace) => ({ namespace, artifactIds: [nobody] }),
    names: { artifact: (namespace, id) => ({ namespace, artifactIds: [id] }) },
  },
});

const second = { seconds: 1n };

/** Leases and allowances that gateways share. */
export const coordinationFacts = factsOf(CoordinationService, {
  acquireLease: {
    needs: "submit",
    request: (namespace) => ({ namespace, name: "walk", holder: "walker", timeToLive: second }),
  },
  releaseLease: { needs: "submit", request: (namespace) => ({ namespace, name: "walk", holder: "walker" }) },
  takeTokens: {
    needs: "submit",
    request: (namespace) => ({ namespace, key: "walk", limit: 10, window: second, count: 1 }),
  },
});

/** Tokens. Who asks sees those within its own namespaces, whichever these are. */
export const tokenFacts = factsOf(TokenService, {
  createToken: {
    needs: "admin",
    request: (namespace) => ({ grant: { name: "walk-made", scopes: [Scope.READ], namespaces: [namespace] } }),
  },
  listTokens: { needs: "admin", request: (namespace) => ({ namespace }) },
  revokeToken: {
    needs: "admin",
    request: () => ({ tokenId: nobody }),
    everywhere: true,
    names: { token: (_, tokenId) => ({ tokenId }) },
  },
  checkToken: { needs: "any", request: () => ({ tokenSha256: new Uint8Array(32) }), everywhere: true },
  describeCaller: { needs: "any", request: () => ({}), everywhere: true },
});
