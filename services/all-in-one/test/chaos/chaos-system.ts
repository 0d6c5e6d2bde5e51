import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createSwitchyardClient, type SwitchyardClient } from "@switchyard/client";
import { eventually } from "@switchyard/testkit";
import { migrateAll } from "../../src/index.js";
import { type PostgresPair, startPostgresPair } from "./postgres/pair.js";
import { type ChaosProcess, createChaosProcess } from "./processes/chaos-process.js";
import { stablePort } from "./processes/stable-port.js";
import { createWays, openWaysFrom, type ServicePorts, type Ways } from "./processes/ways.js";
import { type ProgramSettings, programEnv } from "./programs/settings.js";
import { createRunClock, type RunClock } from "./record/clock.js";

/** How large the installation is, and what it is asked to do. */
export interface ChaosSettings {
  /** Files of the run; made when missing. */
  readonly directory: string;
  readonly schedulers: number;
  /** Shards of the schedulers; users have a namespace for each. */
  readonly shards: number;
  /** Gateways, and log stores. */
  readonly replicas: number;
  readonly runners: number;
  /** Jobs a second. */
  readonly rate: number;
  readonly seed: number;
  /** A synchronous standby. Without one there is no fail-over. */
  readonly standby: boolean;
}

/** Kinds of processes that faults choose from. */
export type Part = "scheduler" | "gateway" | "log-store" | "runner";

/** An installation of processes with proxies between all of them, under load. */
export interface ChaosSystem {
  readonly parts: Readonly<Record<Part, readonly ChaosProcess[]>>;
  readonly load: ChaosProcess;
  readonly ways: Ways;
  readonly postgres: PostgresPair;
  readonly clock: RunClock;
  readonly namespaces: readonly string[];
  /** Every journal that was begun so far. */
  readonly journals: readonly string[];
  /** Where the load notes its calls. */
  readonly calls: string;
  /** A client that meets no proxy. */
  readonly client: SwitchyardClient;
  /** Sends all ways to the database to the server that is the primary now. */
  followPrimary(): void;
  stop(): Promise<void>;
}

/** Starts everything; returns when the first jobs may be submitted, with the load on. */
export async function startChaosSystem(settings: ChaosSettings): Promise<ChaosSystem> {
  const { directory, shards, rate, seed } = settings;
  await mkdir(directory, { recursive: true });
  const clock = createRunClock();
  const postgres = await startPostgresPair(join(directory, "postgres"));
  await migrateAll(postgres.primary.url);
  if (settings.standby) await postgres.addStandby();
  const ways = createWays();
  const journals: string[] = [];
  const namespaces = Array.from({ length: shards }, (_, i) => `chaos-${i}`);
  const named = async (part: string, count: number) =>
    new Map(
      await Promise.all(Array.from({ length: count }, async (_, i) => [`${part}-${i}`, await stablePort()] as const)),
    );
  const ports: ServicePorts = {
    schedulers: await named("scheduler", settings.schedulers),
    gateways: await named("gateway", settings.replicas),
    logStores: await named("log-store", settings.replicas),
  };

  const service = async (name: string, program: string, port: number, own: Readonly<Record<string, string>>) => {
    const database = new URL(postgres.primary.url);
    database.host = await ways.open(name, "postgres", postgres.primary.port);
    const { scheduler, logStore } = await openWaysFrom(ways, name, ports);
    const env = {
      DATABASE_URL: database.href,
      GRPC_LISTEN: `127.0.0.1:${port}`,
      OPS_LISTEN: "127.0.0.1:0",
      SCHEDULER_ADDRESS: scheduler.join(),
      LOG_STORE_ADDRESS: logStore.join(),
      MIGRATE_AT_START: "off",
      LOG_LEVEL: "info",
      ...own,
    };
    return createChaosProcess({ name, program, env: () => env, log: join(directory, `${name}.log`) });
  };
  const services = (
    program: string,
    targets: ReadonlyMap<string, number>,
    own: (name: string) => Promise<Readonly<Record<string, string>>>,
  ) => Promise.all([...targets].map(async ([name, port]) => service(name, program, port, await own(name))));

  let lives = 0;
  const calls = join(directory, "calls.jsonl");
  const program = async (name: string, file: string, runnerId = "") => {
    const addresses = await openWaysFrom(ways, name, ports);
    const env = () => {
      const life = lives++;
      const journal = join(directory, `journal-${life}-${name}.jsonl`);
      journals.push(journal);
      const told: ProgramSettings = {
        ...{ addresses, namespaces, journal, life, clockOffsetMs: clock.offsetMs, seed, rate, runnerId, calls },
      };
      return programEnv(told);
    };
    return createChaosProcess({
      ...{
        name,
        program: `services/all-in-one/test/chaos/programs/${file}.ts`,
        env,
        log: join(directory, `${name}.log`),
      },
    });
  };

  const parts: Record<Part, readonly ChaosProcess[]> = {
    scheduler: await services("services/scheduler/src/main.ts", ports.schedulers, async (name) => ({
      SCHEDULER_REPLICA_ID: name,
      SCHEDULER_SHARDS: String(shards),
      // Other replicas reach it through a proxy of their own.
      SCHEDULER_ADVERTISE_ADDRESS: await ways.open("schedulers", name, ports.schedulers.get(name) as number),
    })),
    gateway: await services("services/runner-gateway/src/main.ts", ports.gateways, async () => ({})),
    "log-store": await services("services/log-store/src/main.ts", ports.logStores, async () => ({})),
    // Every other one keeps its id over its lives; the others are new each time, and what they held is lost by its lease.
    runner: await Promise.all(
      Array.from({ length: settings.runners }, (_, i) =>
        program(`runner-${i}`, "runner", i % 2 === 0 ? `runner-${i}` : ""),
      ),
    ),
  };
  const load = await program("load", "load");
  const direct = (targets: ReadonlyMap<string, number>) => [...targets.values()].map((port) => `127.0.0.1:${port}`);
  const client = createSwitchyardClient({
    addresses: {
      scheduler: direct(ports.schedulers),
      runnerGateway: direct(ports.gateways),
      logStore: direct(ports.logStores),
    },
  });
  const everything = () => [load, ...parts.runner, ...parts.gateway, ...parts["log-store"], ...parts.scheduler];
  const stop = async () => {
    client.close();
    for (const one of everything()) await one.end();
    await ways.close();
    await postgres.stop();
  };
  try {
    await Promise.all(Object.values(parts).flatMap((all) => all.map((one) => one.start())));
    await eventually(() => client.jobs.getStatus({}), { timeoutMs: 120_000 });
    for (const one of parts.runner) await one.line(/^ready/, 120_000);
    await load.start();
    await load.line(/^ready/);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...{ parts, load, ways, postgres, clock, namespaces, journals, calls, client, stop },
    followPrimary() {
      for (const [name, way] of ways.all) {
        if (!name.endsWith("> postgres")) continue;
        way.retarget({ port: postgres.primary.port });
        way.cut();
      }
    },
  };
}
