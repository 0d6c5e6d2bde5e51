import { createGrpcTransport } from "@switchyard/rpc";
import { bearerOf } from "@switchyard/service-kit";
import { createTestAuthority, temporaryDirectory, type TestDatabase, writeTlsFiles } from "@switchyard/testkit";
import type { System } from "../../src/index.js";
import { reachOf, type SystemReach } from "../system-reach.js";
import { type HttpBalancer, startHttpBalancer } from "./http-balancer.js";
import { type PartName, type SplitProcess, startPart } from "./split-processes.js";
import { joinTransports } from "./split-transport.js";

type Env = Readonly<Record<string, string>>;

/** An installation whose services are processes of their own, on one machine. */
export interface SplitSystem extends System, SystemReach {
  /** Every process, in the order in which they were started. */
  readonly processes: readonly SplitProcess[];
  /** `host:port` of a way to each gateway alone. */
  readonly gateways: readonly string[];
}

/** How many of each there are. The schedulers own the shards between them. */
const replicas: Readonly<Record<PartName, number>> = {
  scheduler: 2,
  "log-store": 2,
  "runner-gateway": 2,
  catalog: 2,
  "http-gateway": 2,
  runner: 1,
  "pipeline-worker": 1,
};

const serviceToken = "split-service-0123456789abcdef";
const tokens = JSON.stringify([{ name: "service", token: serviceToken, scopes: ["admin"], namespaces: "all" }]);

/** Starts the installation, with TLS between its processes and before its gateways. Its pools and its worker are those of a system in one process. */
export async function startSplitSystem(database: TestDatabase, settings: Env = {}): Promise<SplitSystem> {
  const artifacts = await temporaryDirectory();
  const keys = await temporaryDirectory();
  const authority = await createTestAuthority();
  const pair = await authority.issue();
  const paths = await writeTlsFiles(keys.path, { ...pair, ca: authority.ca });
  const tls = { cert: Buffer.from(pair.cert), key: Buffer.from(pair.key), ca: Buffer.from(authority.ca) };
  const processes: SplitProcess[] = [];
  const addressesOf = (part: PartName) => processes.filter((one) => one.part === part).map(({ address }) => address);
  const common: Env = {
    DATABASE_URL: database.url,
    SWITCHYARD_TOKENS: tokens,
    SWITCHYARD_SERVICE_TOKEN: serviceToken,
    CATALOG_ARTIFACT_DIR: artifacts.path,
    ...{ TLS_CERT_PATH: paths.cert, TLS_KEY_PATH: paths.key, TLS_CA_PATH: paths.ca },
    ...{ HTTP_TLS_CERT_PATH: paths.cert, HTTP_TLS_KEY_PATH: paths.key },
    MIGRATE_AT_START: "off",
    SCHEDULER_SHARDS: "4",
    // Of a machine that stands still for seconds.
    SCHEDULER_SHARD_LEASE_MS: "30000",
    ...settings,
  };
  const add = async (part: PartName, env: Env = {}) => {
    const known = {
      SCHEDULER_ADDRESS: addressesOf("scheduler").join(),
      LOG_STORE_ADDRESS: addressesOf("log-store").join(),
      RUNNER_GATEWAY_ADDRESS: addressesOf("runner-gateway").join(),
      CATALOG_ADDRESS: addressesOf("catalog").join(),
    };
    const present = Object.fromEntries(Object.entries(known).filter(([, addresses]) => addresses !== ""));
    const started = await Promise.all(
      Array.from({ length: replicas[part] }, () => startPart(part, { ...common, ...present, ...env })),
    );
    processes.push(...started);
  };
  const stopAll = async () => {
    for (const { process } of [...processes].reverse()) await process.end();
    for (const directory of [artifacts, keys]) await directory.remove();
  };
  try {
    for (const part of ["scheduler", "log-store", "catalog", "runner-gateway", "http-gateway"] as const)
      await add(part);
    const taskExecutor = settings["TASK_EXECUTOR_NAMESPACE"] ?? "task-executor";
    await add("runner", poolEnv("default", settings["MANAGED_RUNNERS"] ?? "3", "managed-{n}"));
    await add("runner", {
      ...poolEnv(taskExecutor, settings["NUM_INTERNAL_WORKERS"] ?? "3", "worker-{nnn}-kind"),
      ...{ RUNNER_PROFILE: "parameter-command", RUNNER_LABELS: "backend_type=internal" },
    });
    if (!/^(?:false|0|no|off)$/i.test(settings["PIPELINE_WORKER"] ?? ""))
      await add("pipeline-worker", { PIPELINE_WORKER_TOKEN: serviceToken });
  } catch (error) {
    await stopAll();
    throw error;
  }
  const gateways = processes.filter(({ part }) => part === "http-gateway");
  const ways = await Promise.all(addressesOf("http-gateway").map((one) => startHttpBalancer([one], authority.ca)));
  const balancer = await startHttpBalancer(addressesOf("http-gateway"), authority.ca);
  const dialects = new Map<string, HttpBalancer>();
  for (const name of Object.keys(gateways[0]?.listeners ?? {})) {
    const targets = gateways.map(({ listeners }) => listeners[name] as string);
    dialects.set(dialectOf(name), await startHttpBalancer(targets, authority.ca));
  }
  const hostNames = Object.entries(settings).filter(([name]) => /^DIALECT_\w+_HOSTNAME$/.test(name));
  const connect = (part: PartName) =>
    createGrpcTransport({ address: addressesOf(part), interceptors: bearerOf(serviceToken), tls });
  const transports = {
    scheduler: connect("scheduler"),
    "log-store": connect("log-store"),
    "runner-gateway": connect("runner-gateway"),
    catalog: connect("catalog"),
  };
  return {
    processes,
    gateways: ways.map(({ address }) => address),
    ...reachOf({
      scheduler: addressesOf("scheduler"),
      runnerGateway: addressesOf("runner-gateway"),
      logStore: addressesOf("log-store"),
      catalog: addressesOf("catalog"),
      ...{ token: serviceToken, tls: paths },
    }),
    addresses: {
      grpc: addressesOf("scheduler")[0] as string,
      ops: "",
      http: balancer.address,
      dialects: Object.fromEntries([...dialects].map(([dialect, { address }]) => [dialect, address])),
      hostNames: Object.fromEntries(hostNames.map(([name, host]) => [dialectOf(name), host])),
    },
    databaseUrl: database.url,
    secure: { grpc: true, ops: false, http: false },
    transport: joinTransports(transports),
    async stop() {
      for (const one of [balancer, ...ways, ...dialects.values()]) await one.stop();
      for (const transport of Object.values(transports)) transport.close();
      await stopAll();
    },
  };
}

function poolEnv(namespace: string, size: string, names: string): Env {
  return { RUNNER_NAMESPACE: namespace, RUNNER_POOL_SIZE: size, RUNNER_POOL_NAMES: names, RUNNER_TOKEN: serviceToken };
}

/** `task-executor` of `DIALECT_TASK_EXECUTOR_LISTEN` or `..._HOSTNAME`. */
function dialectOf(variable: string): string {
  return variable
    .replace(/^DIALECT_(.*)_(?:LISTEN|HOSTNAME)$/, "$1")
    .toLowerCase()
    .replaceAll("_", "-");
}
