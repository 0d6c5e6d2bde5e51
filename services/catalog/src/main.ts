import { createPool, prepareSchema } from "@switchyard/postgres";
import { createGrpcTransport } from "@switchyard/rpc";
import {
  bearerOf,
  createLogger,
  createMetricsRegistry,
  createServiceHost,
  openAccess,
  openServiceTls,
  runUntilSignal,
  startTelemetry,
} from "@switchyard/service-kit";
import { openBlobStore } from "@switchyard/blobs";
import { artifactPlace } from "./artifact-settings.js";
import { createCatalog } from "./catalog.js";
import { loadCatalogConfig } from "./config.js";
import { catalogSchema } from "./migrate.js";
import { catalogScopes } from "./scopes.js";

startTelemetry({ name: "catalog" });
const config = loadCatalogConfig();
const logger = createLogger({ name: "catalog", level: config.LOG_LEVEL });
const pool = createPool({
  url: config.DATABASE_URL,
  max: config.DATABASE_POOL_SIZE,
  applicationName: "catalog",
  log: logger,
});
const blobs = await openBlobStore(artifactPlace(config, ".data/artifacts"), config.CATALOG_MAX_ARTIFACT_BYTES);
const registry = createMetricsRegistry();
const catalog = createCatalog({
  ...{ pool, logger, blobs, registry },
  reapIntervalMs: config.CATALOG_REAP_INTERVAL,
  maxArtifactBytes: config.CATALOG_MAX_ARTIFACT_BYTES,
  maxUploads: config.CATALOG_MAX_UPLOADS,
  stagedArtifactAgeMs: config.CATALOG_STAGED_ARTIFACT_AGE,
  listMemoryBytes: config.CATALOG_LIST_MEMORY,
});
const { TOKEN_CHECK_ADDRESS: address, SWITCHYARD_SERVICE_TOKEN: token } = config;
const tls = openServiceTls(config, logger);
const interceptors = bearerOf(token);
const tokenService = address === undefined ? undefined : createGrpcTransport({ address, interceptors, tls });
const host = createServiceHost({
  name: "catalog",
  ...{ logger, registry },
  routes: catalog.routes,
  grpcListen: config.GRPC_LISTEN,
  opsListen: config.OPS_LISTEN,
  ...openAccess({ settings: config, tokenService, listen: [config.GRPC_LISTEN, config.OPS_LISTEN], logger }),
  scopes: catalogScopes,
  reflection: config.GRPC_REFLECTION,
  tls,
  propagationMs: config.STOP_PROPAGATION,
});

await runUntilSignal({
  logger,
  async start() {
    await prepareSchema(catalogSchema, { url: config.DATABASE_URL, migrate: config.MIGRATE_AT_START, log: logger });
    await catalog.start();
    await host.start();
  },
  async stop() {
    await host.stop();
    await catalog.stop();
    tokenService?.close();
    await pool.close();
    await blobs.close();
  },
});
