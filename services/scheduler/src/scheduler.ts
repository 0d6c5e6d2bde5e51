import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "@switchyard/clock";
import { asStorageError, createPool } from "@switchyard/postgres";
import { createGrpcTransport, mapErrors, type ServiceRoute } from "@switchyard/rpc";
import { watchPool } from "@switchyard/service-kit";
import type { Logger } from "pino";
import { Registry } from "prom-client";
import type { SchedulerConfig } from "./config.js";
import { answerLimitMs, takeLimitMs } from "./domain/shard/answer-limit.js";
import { familyFor, keepFamily } from "./domain/core/retention-bucket.js";
import { createBlockDuty } from "./domain/history/block-duty.js";
import { createHistoryDuty } from "./domain/history/history-duty.js";
import { createDirectory, type Directory } from "./domain/directory.js";
import type { Finding } from "./domain/audit/audit-memory.js";
import { createAuditDuty } from "./domain/audit/audit-duty.js";
import { createScheduleDuty } from "./domain/schedules/schedule-duty.js";
import { ShardOwner } from "./domain/shard/shard-owner.js";
import type { InterceptFlush } from "./domain/shard/term-lanes.js";
import { type DatabasePlan, prepareDatabases, type ShardDatabase } from "./domain/sharding/databases.js";
import { Locator } from "./domain/sharding/locator.js";
import { adoptMoved } from "./domain/sharding/adopt-moved.js";
import { settleDepartures } from "./domain/sharding/settle-departures.js";
import { ShardKeeper } from "./domain/sharding/shard-keeper.js";
import { createEventMetrics } from "./metrics/event-metrics.js";
import { countForwarded } from "./metrics/forward-metrics.js";
import { showState } from "./metrics/state-metrics.js";
import { planDatabases } from "./shard-databases.js";
import type { ControlStore } from "./store/control-store.js";
import { createPostgresControlStore } from "./store/postgres-control-store.js";
import { createPostgresShardStore } from "./store/postgres-shard-store.js";
import type { ShardStore } from "./store/shard-store.js";
import type { Term } from "./store/term.js";
import { createDispatchRoute } from "./transport/dispatch-service.js";
import { CallRouter } from "./transport/forward/call-router.js";
import { type ConnectPeer, peerKeepalive, Peers } from "./transport/forward/peers.js";
import { resumeWatch } from "./transport/forward/resume-watch.js";
import { routeByNamespace } from "./transport/forward/route-by-namespace.js";
import { routeDispatch } from "./transport/forward/route-dispatch.js";
import { createJobRoute, type TransportDeps } from "./transport/job-service.js";
import { createQueueRoute } from "./transport/queue-service.js";
import { requestFromTick } from "./transport/schedule-spec.js";
import { createShardRoute } from "./transport/shard-service.js";
import { version } from "./version.js";

/** Time that a change of owner may take beside the shard's lease, ms. */
const changeMs = 5_000;

/** Time that loading a shard may take until calls that wait for it give up, ms. */
const loadMs = 2_000;

/** What a scheduler keeps its state in, where that is no database. */
export interface SchedulerTables {
  readonly shards: ShardStore;
  readonly control: ControlStore;
}

/** What a scheduler needs. */
export interface SchedulerDeps {
  readonly config: SchedulerConfig;
  readonly logger: Logger;
  /** Tables in place of those of a database, all shards in one. */
  readonly tables?: SchedulerTables;
  /** Default: the process's clock. */
  readonly clock?: Clock;
  /** Gets the scheduler's metrics. Default: nobody sees them. */
  readonly registry?: Registry;
  /** Told of each difference that the self-audit finds. */
  readonly onFinding?: (finding: Finding) => void;
  /** Stands between the lanes and their statements, for tests of failing writes. Default: none. */
  readonly interceptFlush?: InterceptFlush;
  /** Connects to another replica, to forward calls to it. Default: plain text. */
  readonly connect?: ConnectPeer;
}

/** A scheduler: routes to mount, and the duty behind them. */
export interface Scheduler {
  readonly routes: readonly ServiceRoute[];
  /** Returns when calls are answered: every shard is owned by this replica, or by one that can be reached. The schemas must be migrated. */
  start(): Promise<void>;
  /**
   * Others reach this replica from now on, at the configured address or else at this one, `host:port`: they forward calls to it, and it takes its share of the
   * shards. A replica that is never announced answers alone for what it owns; a second one beside it waits.
   */
  announce(address: string): Promise<void>;
  /** Hands all shards to other replicas, if there are any, and goes on answering by forwarding to them. The first step of an end without failed calls. */
  leave(): Promise<void>;
  /** Writes what was accepted, gives back the shards that are left, returns when all has ended. */
  stop(): Promise<void>;
}

/**
 * Wires a scheduler: for each database pools for reads and for rows of shards, a keeper that owns this replica's share of the shards with their lanes for writes, the
 * services over them, and a router that brings every call to the owner of its shard. Only an owner's memory decides; the databases keep what was decided.
 */
export function createScheduler({
  config,
  logger,
  clock = systemClock,
  tables,
  interceptFlush,
  registry = new Registry(),
  onFinding = () => undefined,
  connect = (address, keepalive) => createGrpcTransport({ address, keepalive }),
}: SchedulerDeps): Scheduler {
  const replicaId = config.replicaId || randomUUID();
  const { shardLeaseMs: leaseMs } = config;
  const openDatabase = (url: string): ShardDatabase => {
    const pool = (applicationName: string, max: number, answerTimeoutMs?: number) =>
      createPool({ url, max, applicationName, log: logger, ...(answerTimeoutMs && { answerTimeoutMs }) });
    const limitMs = answerLimitMs(leaseMs);
    const controlPool = pool("scheduler-control", 2, takeLimitMs);
    const lookPool = pool("scheduler-look", 2, limitMs);
    return {
      url,
      pool: pool("scheduler", config.poolSize),
      controlPool,
      lookPool,
      leasePool: pool("scheduler-lease", 1, limitMs),
      control: tables?.control ?? createPostgresControlStore({ url, pool: lookPool, log: logger }),
    };
  };
  const plans = planDatabases(config).map(({ url, shards }): DatabasePlan => ({ database: openDatabase(url), shards }));
  const [home, ...others] = plans as [DatabasePlan, ...DatabasePlan[]];
  const databases = [home.database, ...others.map(({ database }) => database)] as const;
  // What moves between databases leave behind is looked for only where there are several.
  const hasSeveral = others.length > 0;
  const pools = databases.flatMap(({ pool, controlPool, lookPool, leasePool }) => [
    pool,
    controlPool,
    lookPool,
    leasePool,
  ]);
  for (const pool of pools) watchPool(registry, pool);
  const stores = new Map(databases.map((database) => [database, tables?.shards ?? createPostgresShardStore(database)]));

  const schedules = createScheduleDuty({
    request: (spec, space, name, tick) =>
      requestFromTick(spec, name, tick, { ids: deps.directory.ids(space.name), now: clock.now() }),
    graceMs: leaseMs + changeMs,
    logger,
  });
  const audit = createAuditDuty({ logger, intervalMs: config.auditIntervalMs, onFinding });
  const { historyIntervalMs: intervalMs, eventRetentionMs } = config;
  const history = createHistoryDuty({ logger, intervalMs, eventRetentionMs });
  const blocks = createBlockDuty({ logger, intervalMs: config.blockIntervalMs });
  const watcher = createEventMetrics(registry);
  const keeper: ShardKeeper = new ShardKeeper({
    ...{ databases, replicaId, leaseMs, clock, logger },
    createOwner: (shard, database, share) =>
      new ShardOwner({
        ...{ shard, clock, logger, leaseMs, interceptFlush, watcher },
        store: stores.get(database) as ShardStore,
        pool: database.pool,
        owner: replicaId,
        address: () => keeper.address,
        bodyCacheBytes: Math.floor(config.inputCacheBytes / share),
        standard: config.retentionDays > 0 ? familyFor(config.retentionDays) : keepFamily,
        duties: [schedules, audit, history, blocks],
        ...(hasSeveral && {
          beforeLoad: (term: Term) => settleDepartures(home.database.controlPool, database.pool, term),
        }),
      }),
  });
  const terms = () => keeper.terms();
  showState(registry, terms, () => keeper.shards);
  const locator = new Locator(
    home.database.control,
    () => keeper.shards,
    hasSeveral
      ? (namespace, shard) => adoptMoved(home.database.controlPool, keeper.seen(shard)?.database.pool, namespace, shard)
      : undefined,
  );
  const peers = new Peers((address) => connect(address, peerKeepalive(leaseMs)), clock);
  const router = new CallRouter({
    keeper,
    locator,
    peers,
    replicaId,
    clock,
    patienceMs: leaseMs + loadMs,
    onForward: countForwarded(registry),
  });
  // Ids can be read only with the installation's key, which is read at start.
  let directory: Directory | undefined;
  const deps: TransportDeps = {
    get directory() {
      if (!directory) throw new Error("the scheduler has not been started");
      return directory;
    },
    clock,
    terms,
    ping: async () => void (await Promise.all([...stores.values()].map((store) => store.ping()))),
    schedules,
    limits: { inputBytes: config.maxInputBytes, resultBytes: config.maxResultBytes },
    version,
  };
  let started: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  async function start(): Promise<void> {
    directory = createDirectory(
      keeper,
      locator,
      await (tables ? tables.shards.loadIdKey() : prepareDatabases([home, ...others])),
      clock,
    );
    await keeper.start();
  }

  async function stop(): Promise<void> {
    // First the keeper: a start that waits for a shard ends with it.
    await keeper.stop();
    await started?.catch(() => undefined);
    peers.close();
    await Promise.all(pools.map((pool) => pool.close()));
  }

  const routed = [
    routeByNamespace(router, createJobRoute(deps), { direct: ["getStatus"], streams: { watchJobs: resumeWatch } }),
    routeByNamespace(router, createQueueRoute(deps), { direct: [] }),
    routeDispatch(router, createDispatchRoute(deps)),
    routeByNamespace(router, createShardRoute({ keeper, locator, databases, clock }), {
      direct: ["listShards", "locateNamespaces"],
    }),
  ];
  return {
    // Writes tell their failures themselves; what is left is a read whose connection broke.
    routes: routed.map((served) => mapErrors(served, asStorageError)),
    start: () => (started ??= start()),
    async announce(bound) {
      const address = config.advertiseAddress || reachable(bound);
      if (address === undefined)
        logger.warn(
          { bound },
          "other replicas can't reach this one: SCHEDULER_ADVERTISE_ADDRESS does not say where it is",
        );
      else await keeper.announce(address);
    },
    leave: () => keeper.leave(),
    stop: () => (stopped ??= stop()),
  };
}

/** The address of a listener, unless it listens on every address: then nobody knows which one leads here. */
function reachable(bound: string): string | undefined {
  return /^(?:0\.0\.0\.0|\[::\]|\*):/.test(bound) ? undefined : bound;
}
