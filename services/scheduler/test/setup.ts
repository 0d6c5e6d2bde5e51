import { create, toBinary } from "@bufbuild/protobuf";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { isRetryable } from "@switchyard/errors";
import { type Clock, systemClock } from "@switchyard/clock";
import { DispatchService } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { JobService, type SubmitItemSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { JobSpecSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { QueueService } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { Pool } from "@switchyard/postgres";
import { createClient, createInMemoryTransport } from "@switchyard/rpc";
import { createAuthPolicy, createServiceHost } from "@switchyard/service-kit";
import { createTestDatabase, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { Registry } from "prom-client";
import {
  createScheduler,
  migrateScheduler,
  type Scheduler,
  type SchedulerConfig,
  type SchedulerDeps,
  schedulerDefaults,
  schedulerScopes,
} from "../src/index.js";

/** A scheduler on a database of its own, with clients that reach it in memory. */
export interface TestScheduler {
  readonly database: TestDatabase;
  readonly scheduler: Scheduler;
  readonly transport: Transport;
  readonly jobs: ReturnType<typeof createClient<typeof JobService>>;
  readonly queues: ReturnType<typeof createClient<typeof QueueService>>;
  readonly dispatch: ReturnType<typeof createClient<typeof DispatchService>>;
  /** Stops the scheduler and starts another one on the same database. */
  restart(): Promise<TestScheduler>;
  stop(): Promise<void>;
}

/** Makes a database for a test file. */
export function createSchedulerDatabase(): Promise<TestDatabase> {
  return createTestDatabase({ templateKey: "scheduler", migrate: migrateScheduler, leaks: "ignore" });
}

/** Schedulers that are being started, by replica: one that waits for its shard can be stopped. */
export const standbys = new Map<string, Scheduler>();

/**
 * Starts a scheduler on a database. `deps` are kept over restarts. Its lease of the shard outlasts a machine that stands still
 * for seconds, so that a term ends for what a test does and for nothing else.
 */
export async function startScheduler(
  database: TestDatabase,
  config: Partial<SchedulerConfig> = {},
  deps: Partial<Pick<SchedulerDeps, "clock" | "interceptFlush" | "onFinding" | "registry">> = {},
): Promise<TestScheduler> {
  const logger = pino({ level: process.env["TEST_LOG_LEVEL"] ?? "silent" });
  const scheduler = createScheduler({
    config: { ...schedulerDefaults, databaseUrl: database.url, replicaId: "test", shardLeaseMs: 30_000, ...config },
    logger,
    ...deps,
  });
  standbys.set(config.replicaId ?? "test", scheduler);
  await scheduler.start();
  const host = createServiceHost({
    name: "scheduler",
    logger,
    routes: scheduler.routes,
    scopes: schedulerScopes,
    auth: createAuthPolicy({ tokens: [], listen: ["127.0.0.1:0"], logger }),
    grpcListen: "127.0.0.1:0",
    opsListen: "127.0.0.1:0",
    registry: new Registry(),
  });
  const transport = encodable(createInMemoryTransport(host.inMemory));
  return {
    database,
    scheduler,
    transport,
    jobs: createClient(JobService, transport),
    queues: createClient(QueueService, transport),
    dispatch: createClient(DispatchService, transport),
    async restart() {
      await scheduler.stop();
      return startScheduler(database, config, deps);
    },
    stop: () => scheduler.stop(),
  };
}

/** A clock that goes on by itself and can be put forward. */
export interface MovableClock extends Clock {
  /** Puts it forward. */
  pass(ms: number): void;
  /** Puts it forward to a time, ms since 1970. */
  passTo(at: number): void;
}

/** Creates a clock that goes with the machine's until it is moved. */
export function createMovableClock(): MovableClock {
  let ahead = 0;
  const now = () => systemClock.now() + ahead;
  return {
    ...systemClock,
    now,
    pass: (ms) => {
      ahead += ms;
    },
    passTo: (at) => {
      ahead += at - now();
    },
  };
}

/** Ends the connections of a term's lanes, whatever they are doing; the term ends once that is noticed. What takes and gives back shards stays. */
export function cutLanes(pool: Pool): Promise<void> {
  return cutConnections(pool, "scheduler-(submit|claim|report|progress)");
}

/** Ends connections of schedulers by a pattern over their names. Default: all but those for reads. */
export async function cutConnections(pool: Pool, names = "scheduler-.*"): Promise<void> {
  await pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name ~ $1",
    [`^${names}$`],
  );
}

/** Repeats a call as the client library does. */
export async function repeating<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!isRetryable(error) || tries > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Checks that every answer can be sent over a wire: in memory nothing is encoded, and a number that is no integer would go unseen. */
function encodable(transport: Transport): Transport {
  return {
    async unary(method, ...rest) {
      const response = await transport.unary(method, ...rest);
      toBinary(method.output, response.message);
      return response;
    },
    async stream(method, ...rest) {
      const response = await transport.stream(method, ...rest);
      async function* checked() {
        for await (const message of response.message) {
          toBinary(method.output, message);
          yield message;
        }
      }
      return { ...response, message: checked() };
    },
  };
}

/** An item to submit; says only what matters to the case. */
export function item(spec: MessageInitShape<typeof JobSpecSchema> = {}): MessageInitShape<typeof SubmitItemSchema> {
  return { spec: create(JobSpecSchema, { kind: "test.work", ...spec }) };
}

/** A profile that fits every kind. */
export const anyKind = { kinds: [{ by: { case: "glob" as const, value: "*" } }] };
