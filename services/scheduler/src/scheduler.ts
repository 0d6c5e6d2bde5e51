import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "@switchyard/clock";
import { asStorageError, createPool, type Pool } from "@switchyard/postgres";
import { mapErrors, type ServiceRoute } from "@switchyard/rpc";
import { watchPool } from "@switchyard/service-kit";
import type { Logger } from "pino";
import { Registry } from "prom-client";
import type { SchedulerConfig } from "./config.js";
import { familyFor, keepFamily } from "./domain/core/retention-bucket.js";
import { createHistoryDuty } from "./domain/history/history-duty.js";
import { createDirectory, type Directory } from "./domain/directory.js";
import type { Finding } from "./domain/audit/audit-memory.js";
import { createAuditDuty } from "./domain/audit/audit-duty.js";
import { createScheduleDuty } from "./domain/schedules/schedule-duty.js";
import { ShardOwner } from "./domain/shard/shard-owner.js";
import type { InterceptFlush } from "./domain/shard/term-lanes.js";
import { createEventMetrics } from "./metrics/event-metrics.js";
import { showState } from "./metrics/state-metrics.js";
import { createPostgresShardStore } from "./store/postgres-shard-store.js";
import type { ShardStore } from "./store/shard-store.js";
import { createDispatchRoute } from "./transport/dispatch-service.js";
import { createJobRoute, type TransportDeps } from "./transport/job-service.js";
import { createQueueRoute } from "./transport/queue-service.js";
import { requestFromTick } from "./transport/schedule-spec.js";
import { version } from "./version.js";

/** Time that a change of owner may take beside the shard's lease, ms. */
const handOverMs = 5_000;

/** What a scheduler needs. */
export interface SchedulerDeps {
  readonly config: SchedulerConfig;
  readonly logger: Logger;
  /** The tables. Default: those of the database. */
  readonly store?: ShardStore;
  /** Default: the process's clock. */
  readonly clock?: Clock;
  /** Gets the scheduler's metrics. Default: nobody sees them. */
  readonly registry?: Registry;
  /** Told of each difference that the self-audit finds. */
  readonly onFinding?: (finding: Finding) => void;
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
  store: ownStore,
  interceptFlush,
  registry = new Registry(),
  onFinding = () => undefined,
}: SchedulerDeps): Scheduler {
  const url = config.databaseUrl;
  const pool: Pool = createPool({ url, max: config.poolSize, applicationName: "scheduler", log: logger });
  const leasePool = createPool({ url, max: 1, applicationName: "scheduler-lease", log: logger });
  const store = ownStore ?? createPostgresShardStore({ url, pool, leasePool });
  const graceMs = config.shardLeaseMs + handOverMs;
  const schedules = createScheduleDuty({
    request: (spec, space, name, tick) =>
      requestFromTick(spec, name, tick, { ids: deps.directory.ids(space.name), now: clock.now() }),
    graceMs,
    logger,
  });
  const audit = createAuditDuty({ logger, intervalMs: config.auditIntervalMs, onFinding });
  const { historyIntervalMs: intervalMs, eventRetentionMs } = config;
  const history = createHistoryDuty({ logger, intervalMs, eventRetentionMs });
  const owner = new ShardOwner({
    shard: 0,
    store,
    pool,
    clock,
    logger,
    owner: config.replicaId || randomUUID(),
    address: "",
    leaseMs: config.shardLeaseMs,
    bodyCacheBytes: config.inputCacheBytes,
    standard: config.retentionDays > 0 ? familyFor(config.retentionDays) : keepFamily,
    interceptFlush,
    watcher: createEventMetrics(registry),
    duties: [schedules, audit, history],
  });
  showState(registry, owner);
  for (const watched of [pool, leasePool]) watchPool(registry, watched);
  // Ids can be read only with the installation's key, which is read at start.
  let directory: Directory | undefined;
  const deps: TransportDeps = {
    get directory() {
      if (!directory) throw new Error("the scheduler has not been started");
      return directory;
    },
    owner,
    schedules,
    limits: { inputBytes: config.maxInputBytes, resultBytes: config.maxResultBytes },
    version,
  };
  let started: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  async function start(): Promise<void> {
    directory = createDirectory(owner, await store.loadIdKey(), clock);
    await owner.start();
  }

  async function stop(): Promise<void> {
    // First the owner: a start that waits for the shard ends with it.
    await owner.stop();
    await started?.catch(() => undefined);
    await Promise.all([pool.close(), leasePool.close()]);
  }

  return {
    // Writes tell their failures themselves; what is left is a read whose connection broke.
    routes: [createJobRoute(deps), createQueueRoute(deps), createDispatchRoute(deps)].map((served) =>
      mapErrors(served, asStorageError),
    ),
    start: () => (started ??= start()),
    stop: () => (stopped ??= stop()),
  };
}
