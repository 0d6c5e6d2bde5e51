import { createKysely, type Pool } from "@switchyard/postgres";
import type { ServiceRoute } from "@switchyard/rpc";
import { watchPool } from "@switchyard/service-kit";
import type { Logger } from "pino";
import { Registry } from "prom-client";
import { defaultListMemoryBytes } from "./list-settings.js";
import { defaultMaxArtifactBytes, defaultMaxUploads, defaultStagedArtifactAgeMs } from "./artifact-settings.js";
import type { BlobStore } from "@switchyard/blobs";
import { limitUploads } from "./domain/limit-uploads.js";
import { createMemories } from "./domain/memory/memories.js";
import { createReaper } from "./loops/reap-ended.js";
import { showMemories } from "./metrics/memory-metrics.js";
import type { CatalogTables } from "./store/database.js";
import { createArtifactRoute } from "./transport/artifact-routes.js";
import { createCatalogRoute } from "./transport/catalog-routes.js";
import { createCoordinationRoute } from "./transport/coordination-routes.js";

/** What the catalog needs. */
export interface CatalogDeps {
  /** Connections to a database whose schema `catalog` is up to date. The caller closes it, after `stop`. */
  readonly pool: Pool;
  readonly logger: Logger;
  /** Keeps the bytes of artifacts. The caller closes it, after `stop`. */
  readonly blobs: BlobStore;
  /** Time between two rounds that delete what has ended, in milliseconds. Default 30,000. */
  readonly reapIntervalMs?: number;
  /** The largest artifact, in bytes. Default 5 GiB. */
  readonly maxArtifactBytes?: number;
  /** Uploads at once; more are refused with RATE_LIMITED. Default 100. */
  readonly maxUploads?: number;
  /** Age at which staged artifacts and uploads that have not ended are collected, in milliseconds. Default 24 hours. */
  readonly stagedArtifactAgeMs?: number;
  /** Memory for the index fields of large collections, in bytes; 0 for none. Default 256 MiB. */
  readonly listMemoryBytes?: number;
  /** Gets the catalog's metrics. Default: nobody sees them. */
  readonly registry?: Registry;
}

/** The catalog: documents, artifacts, leases and shared rates. */
export interface Catalog {
  readonly routes: readonly ServiceRoute[];
  /**
   * Makes the blob store ready and starts the background duties.
   *
   * @throws Error when bytes cannot be kept where the blob store is told to
   */
  start(): Promise<void>;
  /** Ends them; returns when they have ended. */
  stop(): Promise<void>;
  /** Deletes what has ended now, without waiting for the next round. */
  reap(): Promise<void>;
}

/** Collections that never had so many documents are counted by the database in a few milliseconds. */
const leastDocumentsInMemory = 5_000;

/** Makes the catalog. What it holds in memory follows the database before each answer, so any number of replicas may share one. */
export function createCatalog(deps: CatalogDeps): Catalog {
  const { pool, logger, blobs, reapIntervalMs: intervalMs = 30_000 } = deps;
  const { maxArtifactBytes: maxBytes = defaultMaxArtifactBytes, maxUploads = defaultMaxUploads } = deps;
  const { stagedArtifactAgeMs: stagedAgeMs = defaultStagedArtifactAgeMs } = deps;
  const db = createKysely<CatalogTables>(pool);
  const { listMemoryBytes: mostBytes = defaultListMemoryBytes } = deps;
  const memories = createMemories({ db, logger, mostBytes, leastDocuments: leastDocumentsInMemory });
  const { registry = new Registry() } = deps;
  showMemories(registry, memories, mostBytes);
  watchPool(registry, pool);
  const artifacts = { db, blobs, logger, maxBytes, runUpload: limitUploads(maxUploads) };
  const reaper = createReaper({ db, memories, blobs, logger, intervalMs, stagedAgeMs });
  return {
    routes: [createCatalogRoute(db, memories), createArtifactRoute(artifacts), createCoordinationRoute(db)],
    async start() {
      await blobs.prepare();
      reaper.start();
    },
    async stop() {
      await reaper.stop();
      await memories.settle();
    },
    reap: () => reaper.runOnce(),
  };
}
