import { createKysely, type Pool } from "@switchyard/postgres";
import type { ServiceRoute } from "@switchyard/rpc";
import type { Logger } from "pino";
import { createReaper } from "./loops/reap-ended.js";
import type { CatalogTables } from "./store/database.js";
import { createCatalogRoute } from "./transport/catalog-routes.js";
import { createCoordinationRoute } from "./transport/coordination-routes.js";

/** What the catalog needs. */
export interface CatalogDeps {
  /** Connections to a database whose schema `catalog` is up to date. The caller closes it, after `stop`. */
  readonly pool: Pool;
  readonly logger: Logger;
  /** Time between two rounds that delete ended documents, in milliseconds. Default 30,000. */
  readonly reapIntervalMs?: number;
}

/** The catalog: documents, leases and shared rates. */
export interface Catalog {
  readonly routes: readonly ServiceRoute[];
  /** Starts the background duties. */
  start(): Promise<void>;
  /** Ends them; returns when they have ended. */
  stop(): Promise<void>;
  /** Deletes what has ended now, without waiting for the next round. */
  reap(): Promise<void>;
}

/** Makes the catalog. It keeps nothing in memory, so any number of replicas may share one database. */
export function createCatalog({ pool, logger, reapIntervalMs = 30_000 }: CatalogDeps): Catalog {
  const db = createKysely<CatalogTables>(pool);
  const reaper = createReaper({ db, logger, intervalMs: reapIntervalMs });
  return {
    routes: [createCatalogRoute(db), createCoordinationRoute(db)],
    async start() {
      reaper.start();
    },
    stop: () => reaper.stop(),
    reap: () => reaper.runOnce(),
  };
}
