import { randomUUID } from "node:crypto";
import { createPool, type Pool } from "@switchyard/postgres";
import type { ServiceRoute } from "@switchyard/rpc";
import type { Logger } from "pino";
import type { SchedulerConfig } from "./config.js";
import { familyFor, keepFamily } from "./domain/core/retention-bucket.js";
import { createDirectory, type Directory } from "./domain/directory.js";
import { type Clock, systemClock } from "./domain/shard/clock.js";
import { ShardOwner } from "./domain/shard/shard-owner.js";
import type { InterceptFlush } from "./domain/shard/shard-term.js";
import { createHistoryLoop } from "./loops/history-loop.js";
import { loadIdKey } from "./store/load-shard.js";
import { createDispatchRoute } from "./transport/dispatch-service.js";
import { createJobRoute, type TransportDeps } from "./transport/job-service.js";
import { createQueueRoute } from "./transport/queue-service.js";

/** What a scheduler needs. */
export interface SchedulerDeps {
  readonly config: SchedulerConfig;
  readonly logger: Logger;
  /** Default: the process's clock. */
  readonly clock?: Clock;
  /** Version of the build, as `GetStatus` shows it. */
  readonly version?: string;
  /** Stands between the lanes and their statements, for tests of failing writes. Default: none. */
  readonly interceptFlush?: InterceptFlush;
}

/** A scheduler: routes to mount, and the duty behind them. */
export interface Scheduler {
  readonly routes: readonly ServiceRoute[];
  /** Returns when the shard is owned and calls are answered. The schema must be migrated. */
  start(): Promise<void>;
  /** Writes what was accepted, gives the shard back, returns when all has ended. */
  stop(): Promise<void>;
}

/**
 * Wires a scheduler: a pool for reads, the owner of the shard with its lanes for writes, and the services over both. Only the owner's memory
 * decides; the database keeps what was decided.
 */
export function createScheduler({
  config,
  logger,
  clock = systemClock,
  version = "0.0.0",
  interceptFlush,
}: SchedulerDeps): Scheduler {
  const url = config.databaseUrl;
  const pool: Pool = createPool({ url, max: config.poolSize, applicationName: "scheduler", log: logger });
  const owner = new ShardOwner({
    shard: 0,
    url,
    pool,
    clock,
    logger,
    owner: config.replicaId || randomUUID(),
    address: "",
    leaseMs: config.shardLeaseMs,
    bodyCacheBytes: config.inputCacheBytes,
    standard: config.retentionDays > 0 ? familyFor(config.retentionDays) : keepFamily,
    interceptFlush,
  });
  const { historyIntervalMs: intervalMs, eventRetentionMs } = config;
  const history = createHistoryLoop({ owner, logger, intervalMs, eventRetentionMs });
  // Ids can be read only with the installation's key, which is read at start.
  let directory: Directory | undefined;
  const deps: TransportDeps = {
    get directory() {
      if (!directory) throw new Error("the scheduler has not been started");
      return directory;
    },
    owner,
    limits: { inputBytes: config.maxInputBytes, resultBytes: config.maxResultBytes },
    version,
  };
  let started: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  async function start(): Promise<void> {
    directory = createDirectory(owner, await loadIdKey(pool), clock);
    await owner.start();
    history.start();
  }

  async function stop(): Promise<void> {
    // First the owner: a start that waits for the shard ends with it.
    await owner.stop();
    await history.stop();
    await started?.catch(() => undefined);
    await pool.close();
  }

  return {
    routes: [createJobRoute(deps), createQueueRoute(deps), createDispatchRoute(deps)],
    start: () => (started ??= start()),
    stop: () => (stopped ??= stop()),
  };
}
