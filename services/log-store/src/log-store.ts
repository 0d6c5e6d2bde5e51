import { randomUUID } from "node:crypto";
import type { Transport } from "@connectrpc/connect";
import type { BlobStore } from "@switchyard/blobs";
import { createListener, type Pool, type PostgresLog } from "@switchyard/postgres";
import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { commitMetrics, watchPool } from "@switchyard/service-kit";
import { createClient, route, type ServiceRoute } from "@switchyard/rpc";
import { Registry } from "prom-client";
import { defaultLimits, type LogStoreLimits } from "./config.js";
import { createArchive } from "./archive/archive.js";
import { createAppender } from "./domain/append/appender.js";
import { createTextReplacer } from "./domain/append/replace-text.js";
import { deleteLogs } from "./domain/delete-logs.js";
import { createAttemptOracle } from "./domain/follow/attempt-oracle.js";
import { createFollowHub } from "./domain/follow/follow-hub.js";
import { createChunkSource } from "./domain/read/chunk-source.js";
import { createSealer } from "./domain/seal-logs.js";
import { createFullNamespaces } from "./domain/segments/full-namespaces.js";
import { createSegmentKeeper } from "./domain/segments/segment-keeper.js";
import { createAppendMetrics, showMemory, showSegments } from "./metrics/log-metrics.js";
import { changesChannel, parseNotice } from "./store/channel.js";
import { appendHandlers } from "./transport/append-handlers.js";
import { downloadHandler } from "./transport/download-handler.js";
import { endHandlers } from "./transport/end-handlers.js";
import { readHandlers } from "./transport/read-handlers.js";
import { retentionHandlers } from "./transport/retention-handlers.js";
import { searchHandler } from "./transport/search-handler.js";
import { tailHandler } from "./transport/tail-handler.js";

/** Bytes of chunks in a blob of the archive. */
const packBytes = 64 * 1024 * 1024;

/** What a log store is built on. */
export interface LogStoreDeps {
  /** The database, migrated by `migrateLogStore`. For the connections that the store opens itself. */
  readonly databaseUrl: string;
  /** For reading, on the same database. Whoever made it closes it, after `stop()`. */
  readonly pool: Pool;
  /**
   * Speaks `switchyard.scheduler.v1.JobService`, to learn whether an attempt without logs is over. Without it each attempt's end is stored here.
   */
  readonly scheduler?: Transport;
  /** Bounds that differ from the defaults. */
  readonly limits?: Partial<LogStoreLimits>;
  /** Where closed segments go. Default: they stay in the database. Whoever made it closes it, after `stop()`. */
  readonly archive?: BlobStore;
  /** From the end of a round that looks after the segments to the next one, ms. Default 10,000. */
  readonly segmentIntervalMs?: number;
  /** The clock, milliseconds since 1970; stamps what comes without a time. Default `Date.now`. */
  readonly now?: () => number;
  readonly logger?: PostgresLog;
  /** Gets the log store's metrics. Default: nobody sees them. */
  readonly registry?: Registry;
}

/** A running log store. */
export interface LogStore {
  /** `switchyard.log.v1.LogService`. */
  readonly routes: readonly ServiceRoute[];
  /** Connects; returns when calls are served. */
  start(): Promise<void>;
  /** Looks after the segments once, now: opens, closes, archives and drops what is due, and sees which namespaces are full. */
  keepSegments(): Promise<void>;
  /** Ends live tails with `SHUTTING_DOWN`, refuses new appends, writes those that were accepted. */
  stop(): Promise<void>;
}

/**
 * Creates a log store. Any number of them may work on one database.
 *
 * Appends and seals each have a lane: one connection on which whatever has gathered shares the next commit. What was committed goes from
 * memory to the readers who follow it here; other replicas are told by one notification per flush, and read it.
 */
export function createLogStore(deps: LogStoreDeps): LogStore {
  const { pool, databaseUrl: url, now = Date.now, registry = new Registry(), segmentIntervalMs = 10_000 } = deps;
  const commits = commitMetrics(registry);
  const countAppend = createAppendMetrics(registry);
  const limits = { ...defaultLimits, ...deps.limits };
  const replica = randomUUID();
  const log = deps.logger === undefined ? {} : { log: deps.logger };

  const archive = deps.archive && createArchive(pool, deps.archive, packBytes);
  const source = createChunkSource(pool, archive?.reader);
  const segments = createSegmentKeeper({
    ...{ pool, archive, limits, now, ...log },
    intervalMs: segmentIntervalMs,
    onSegments: showSegments(registry),
  });
  const oracle = deps.scheduler && createAttemptOracle(createClient(JobService, deps.scheduler));
  const hub = createFollowHub({
    ...{ pool, source, replica, oracle, ...log },
    maxFollowers: limits.maxFollowers,
    maxBufferBytes: limits.followerBufferBytes,
  });
  const full = createFullNamespaces(pool, segmentIntervalMs, deps.logger);
  const appender = createAppender({
    ...{ url, pool, replica, now, ...log },
    maxHeads: limits.maxHeads,
    maxPendingBytes: limits.maxPendingBytes,
    maxFlushBytes: limits.maxFlushBytes,
    maxStreamBytes: limits.maxStreamBytes,
    isFull: full.isFull,
    onCommitted: (key, id, chunks, made) => {
      countAppend(chunks);
      hub.committed(key, id, chunks, made);
    },
    onFlush: commits("log-store-append"),
  });
  const sealer = createSealer({
    url,
    replica,
    now,
    ...log,
    onFlush: commits("log-store-seal"),
    onSealed: ({ namespace, jobId }) => hub.jobChanged(namespace, jobId),
  });
  showMemory(registry, { hub, appender });
  watchPool(registry, pool);
  const replacer = createTextReplacer(pool, source, appender, now);
  const listener = createListener({
    url,
    channels: [changesChannel],
    onNotification: (_, payload) => hub.noticed(parseNotice(payload)),
    onReconnect: hub.everythingChanged,
    applicationName: "log-store-listener",
    ...log,
  });

  async function remove(namespace: string, jobIds: readonly string[]): Promise<number> {
    const deleted = await deleteLogs(pool, replica, namespace, jobIds);
    for (const jobId of jobIds) hub.jobChanged(namespace, jobId);
    return deleted;
  }

  const duties = [appender, sealer, listener];
  return {
    routes: [
      route(LogService, {
        ...appendHandlers(appender, replacer, now),
        ...readHandlers(pool, source),
        ...searchHandler(pool, source),
        ...downloadHandler(pool, source),
        ...tailHandler(hub),
        ...endHandlers(sealer, remove, oracle && hub.jobChanged),
        ...retentionHandlers(pool, limits),
      }),
    ],
    start: async () => {
      await deps.archive?.prepare();
      await Promise.all(duties.map((duty) => duty.start()));
      for (const loop of [segments, full]) loop.start();
    },
    async keepSegments() {
      await segments.runOnce();
      await full.runOnce();
    },
    stop: async () => {
      hub.stop();
      await Promise.all([segments.stop(), full.stop()]);
      await Promise.all(duties.map((duty) => duty.stop()));
    },
  };
}
