import { createPool } from "@switchyard/postgres";
import { createAuthPolicy, createLogger, createServiceHost, runUntilSignal } from "@switchyard/service-kit";
import { createBlobStore } from "./blobs/create-blob-store.js";
import { createCatalog } from "./catalog.js";
import { loadCatalogConfig } from "./config.js";
import { migrateCatalogOn } from "./migrate.js";
import { catalogScopes } from "./scopes.js";

const config = loadCatalogConfig();
const logger = createLogger({ name: "catalog", level: config.LOG_LEVEL });
const pool = createPool({
  url: config.DATABASE_URL,
  max: config.DATABASE_POOL_SIZE,
  applicationName: "catalog",
  log: logger,
});
const blobs = await createBlobStore(config, ".data/artifacts");
const catalog = createCatalog({
  ...{ pool, logger, blobs },
  reapIntervalMs: config.CATALOG_REAP_INTERVAL,
  maxArtifactBytes: config.CATALOG_MAX_ARTIFACT_BYTES,
  maxUploads: config.CATALOG_MAX_UPLOADS,
  stagedArtifactAgeMs: config.CATALOG_STAGED_ARTIFACT_AGE,
});
const host = createServiceHost({
  name: "catalog",
  logger,
  routes: catalog.routes,
  grpcListen: config.GRPC_LISTEN,
  opsListen: config.OPS_LISTEN,
  auth: createAuthPolicy({
    tokens: config.SWITCHYARD_TOKENS,
    listen: [config.GRPC_LISTEN, config.OPS_LISTEN],
    logger,
  }),
  scopes: catalogScopes,
  reflection: config.GRPC_REFLECTION,
});

await runUntilSignal({
  logger,
  async start() {
    await migrateCatalogOn(pool);
    await catalog.start();
    await host.start();
  },
  async stop() {
    await host.stop();
    await catalog.stop();
    await pool.close();
    await blobs.close();
  },
});
