import { DispatchService } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { QueueService } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { ShardService } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import { createClient, createGrpcTransport } from "@switchyard/rpc";
import { createAuthPolicy, createServiceHost } from "@switchyard/service-kit";
import { createTcpProxy, eventually, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { Registry } from "prom-client";
import {
  createScheduler,
  type Scheduler,
  type SchedulerConfig,
  type SchedulerDeps,
  schedulerDefaults,
  schedulerScopes,
} from "../../src/index.js";

/** A scheduler with a gRPC listener of its own and a way to its databases that can be cut, and plain clients of it: none of them repeats a call. */
export interface Replica {
  readonly id: string;
  readonly address: string;
  readonly scheduler: Scheduler;
  readonly registry: Registry;
  readonly jobs: ReturnType<typeof createClient<typeof JobService>>;
  readonly queues: ReturnType<typeof createClient<typeof QueueService>>;
  readonly dispatch: ReturnType<typeof createClient<typeof DispatchService>>;
  readonly shards: ReturnType<typeof createClient<typeof ShardService>>;
  /** The shards that it owns. */
  owned(): Promise<number[]>;
  /** Ends as SIGTERM ends it. */
  leave(): Promise<void>;
  /** Cuts it off from its databases, as far as the machine could die; it still answers calls. */
  cutOff(): void;
  /** Its databases stop answering, on all connections and without a sign, or answer again; what they said meanwhile stays unheard. */
  silence(on: boolean): void;
  /** Dies: without a word to anybody. */
  kill(): Promise<void>;
}

/** Replicas on common databases. */
export interface Replicas {
  /** Starts one more. */
  start(id: string, config?: Partial<SchedulerConfig>, deps?: Partial<SchedulerDeps>): Promise<Replica>;
  /** Ends all that still run. */
  stop(): Promise<void>;
}

/** Length of a lease here, ms: no longer than a dead replica may be waited for, and long enough for a machine that is busy. */
const leaseMs = 5_000;

/** Makes replicas that have so many shards between them. `others` says which shards live in other databases than the first. */
export function createReplicas(
  shards: number,
  home: TestDatabase,
  others: ReadonlyMap<number, TestDatabase> = new Map(),
): Replicas {
  const logger = pino({ level: process.env["TEST_LOG_LEVEL"] ?? "silent" });
  const running = new Set<Replica>();

  async function start(
    id: string,
    config: Partial<SchedulerConfig> = {},
    deps: Partial<SchedulerDeps> = {},
  ): Promise<Replica> {
    const ways = new Map<
      string,
      { readonly proxy: Awaited<ReturnType<typeof createTcpProxy>>; readonly url: string }
    >();
    for (const { url } of new Set([home, ...others.values()])) {
      const direct = new URL(url);
      const proxy = await createTcpProxy({ target: { host: direct.hostname, port: Number(direct.port) } });
      const through = new URL(url);
      through.hostname = "127.0.0.1";
      through.port = String(proxy.port);
      ways.set(url, { proxy, url: through.href });
    }
    const wayTo = ({ url }: TestDatabase) => ways.get(url)?.url as string;
    const registry = new Registry();
    const scheduler = createScheduler({
      config: {
        ...schedulerDefaults,
        ...{ shards, databaseUrl: wayTo(home), replicaId: id, shardLeaseMs: leaseMs },
        shardDatabases: new Map([...others].map(([shard, database]) => [shard, wayTo(database)])),
        ...config,
      },
      ...{ logger: logger.child({ replica: id }), registry },
      ...deps,
    });
    const host = createServiceHost({
      name: "scheduler",
      logger: logger.child({ replica: id }),
      routes: scheduler.routes,
      scopes: schedulerScopes,
      auth: createAuthPolicy({ tokens: [], listen: ["127.0.0.1:0"], logger }),
      grpcListen: "127.0.0.1:0",
      opsListen: "127.0.0.1:0",
      registry: new Registry(),
      graceMs: 2_000,
    });
    await scheduler.start();
    await host.start();
    await scheduler.announce(host.grpcAddress);
    const transport = createGrpcTransport({ address: host.grpcAddress });
    const jobs = createClient(JobService, transport);
    const close = async () => {
      running.delete(replica);
      transport.close();
      await Promise.all([...ways.values()].map(({ proxy }) => proxy.close()));
    };
    const cutOff = () => {
      for (const { proxy } of ways.values()) {
        proxy.refuse(true);
        proxy.cut();
      }
    };
    const replica: Replica = {
      id,
      address: host.grpcAddress,
      ...{ scheduler, registry, jobs },
      queues: createClient(QueueService, transport),
      dispatch: createClient(DispatchService, transport),
      shards: createClient(ShardService, transport),
      owned: async () => (await jobs.getStatus({})).shards.map(({ shard }) => shard),
      async leave() {
        await scheduler.leave();
        await host.stop();
        await scheduler.stop();
        await close();
      },
      cutOff,
      silence(on) {
        for (const { proxy } of ways.values())
          if (on) proxy.swallow("down");
          else proxy.heal();
      },
      async kill() {
        cutOff();
        await host.stop();
        await scheduler.stop();
        await close();
      },
    };
    running.add(replica);
    return replica;
  }

  return {
    start,
    async stop() {
      for (const replica of [...running]) await replica.leave();
    },
  };
}

/** Waits until every replica owns a number of shards between the two: one that was too busy to take what it was handed gets nothing for longer than a lease. */
export async function spreadEvenly(replicas: readonly Replica[], least: number, most: number): Promise<void> {
  const look = async () => {
    for (const replica of replicas) {
      const { length } = await replica.owned();
      if (length < least || length > most) throw new Error(`${replica.id} owns ${length} shards`);
    }
  };
  await eventually(look, { timeoutMs: 45_000 });
}

/** A namespace that was never used and whose first use makes it in a shard that the replica owns. */
export async function namespaceAt(replica: Replica, prefix: string): Promise<string> {
  const owned = await replica.owned();
  const names = Array.from({ length: 100 }, (_, i) => `${prefix}-${i}`);
  const { locations } = await replica.shards.locateNamespaces({ namespaces: names });
  const found = locations.find(({ shard }) => owned.includes(shard));
  if (!found) throw new Error("none of a hundred names leads to a shard of the replica");
  return found.namespace;
}
