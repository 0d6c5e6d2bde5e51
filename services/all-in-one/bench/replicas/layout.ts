import type { Client } from "@connectrpc/connect";
import { createOwnerDirectory, createOwnerTransport, ownerOpener } from "@switchyard/client";
import { DispatchService } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { ShardService } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import { createClient, createGrpcTransport } from "@switchyard/rpc";
import { migrateScheduler } from "@switchyard/scheduler";
import { eventually } from "@switchyard/testkit";
import { processCpu } from "../scheduler/measure/cpu-time.js";
import { spawnScheduler, type Starting } from "../volume/scheduler-process.js";

/** How many schedulers there are, and how many shards they have between them. */
export interface LayoutPlan {
  readonly name: string;
  readonly schedulers: number;
  readonly shards: number;
}

/** Schedulers on a database of their own, and clients that call the owner of each namespace, as the gateway's do. */
export interface Layout extends LayoutPlan {
  readonly jobs: Client<typeof JobService>;
  readonly dispatch: Client<typeof DispatchService>;
  readonly shardService: Client<typeof ShardService>;
  /** Processor time of all schedulers so far, ms. */
  cpuMs(): Promise<number>;
  /** Calls that one scheduler has sent on to another so far. */
  forwarded(): Promise<number>;
  /** Flushes of commit lanes so far. */
  flushes(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a layout on an empty database; returns when each scheduler owns its share of the shards. */
export async function startLayout(plan: LayoutPlan, databaseUrl: string): Promise<Layout> {
  await migrateScheduler(databaseUrl);
  const started: Starting[] = [];
  for (let n = 0; n < plan.schedulers; n++) {
    const one = await spawnScheduler(databaseUrl, {
      SCHEDULER_REPLICA_ID: `scheduler-${n}`,
      SCHEDULER_SHARDS: String(plan.shards),
      // Renewed often enough to be seen in the figure, and not lost while a busy machine stands still.
      SCHEDULER_SHARD_LEASE_MS: "15s",
    });
    started.push(one);
    await one.process.line(/"msg":"listening"/, 120_000);
  }
  const address = started.map((one) => one.address);
  const seed = createGrpcTransport({ address });
  const shardService = createClient(ShardService, seed);
  const directory = createOwnerDirectory({ shards: shardService });
  const transport = createOwnerTransport({ seed, directory, open: ownerOpener({ address }) });
  await eventually(async () => {
    const { shards } = await shardService.listShards({});
    const owners = new Set(shards.map((shard) => shard.address).filter((owner) => owner !== ""));
    if (owners.size !== plan.schedulers) throw new Error(`${owners.size} schedulers own shards`);
  });
  const sum = async (values: readonly Promise<number>[]) => (await Promise.all(values)).reduce((a, b) => a + b, 0);
  const metric = (name: string) => sum(started.map(({ opsAddress }) => readMetric(opsAddress, name)));
  return {
    ...plan,
    jobs: createClient(JobService, transport),
    dispatch: createClient(DispatchService, transport),
    shardService,
    cpuMs: async () => (await sum(started.map(({ process }) => processCpu(process.pid)))) / 1_000,
    forwarded: () => metric("switchyard_calls_forwarded_total"),
    flushes: () => metric("switchyard_commit_seconds_count"),
    async stop() {
      directory.close();
      transport.close();
      seed.close();
      for (const { process } of started) await process.end();
    },
  };
}

/** The sum of a metric over its labels, as a process shows it. */
async function readMetric(opsAddress: string, name: string): Promise<number> {
  const text = await (await fetch(`http://${opsAddress}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  if (lines.length === 0) throw new Error(`there is no metric ${name}`);
  return lines.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}
