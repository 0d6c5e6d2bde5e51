import { openBlobStore } from "@switchyard/blobs";
import { createCatalog, catalogScopes } from "@switchyard/catalog";
import { createSwitchyardClient, ownerOpener } from "@switchyard/client";
import { connectCore, createHttpGateway, loadHttpGatewayConfig } from "@switchyard/http-gateway";
import { createLogStore, logStoreScopes } from "@switchyard/log-store";
import { createPipelineWorker, loadWorkerSettings } from "@switchyard/pipeline-worker";
import { createPool } from "@switchyard/postgres";
import { createGrpcTransport } from "@switchyard/rpc";
import { createRunnerService, loadRunnerConfig } from "@switchyard/runner";
import { createRunnerGateway, runnerGatewayScopes } from "@switchyard/runner-gateway";
import { createScheduler, schedulerDefaults, schedulerScopes } from "@switchyard/scheduler";
import {
  createAuthPolicy,
  createLogger,
  createMetricsRegistry,
  createServiceHost,
  createWorkerOperations,
  type Logger,
  openClientTls,
  openServiceTls,
  type Readiness,
  watchRunners,
} from "@switchyard/service-kit";
import { createTestAuthority, temporaryDirectory, writeTlsFiles } from "@switchyard/testkit";
import type { Registry } from "prom-client";
import { createSystemDatabase } from "./test-system.js";

/** What operators see of a service. */
export interface ServiceSignals {
  readonly ops: string;
  readonly registry: Registry;
  readonly readiness: Readiness;
  /** Log lines so far, parsed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

const free = "127.0.0.1:0";

/** Settings of TLS for services and for those that only call, with files in a directory. */
async function writeTls(directory: string) {
  const authority = await createTestAuthority();
  const paths = await writeTlsFiles(directory, { ...(await authority.issue()), ca: authority.ca });
  const files = { TLS_CERT_PATH: paths.cert, TLS_KEY_PATH: paths.key, TLS_CA_PATH: paths.ca };
  const calling = { ...files, TLS_RELOAD_INTERVAL: 30_000, TLS_SERVER_NAME: undefined };
  return { calling, serving: { ...calling, TLS_CLIENT_AUTH: "require", OPS_TLS: "off" } as const };
}

/** Every service with listeners of its own and with TLS, as separate processes have them, in this process and on one database. */
export async function startSeparateServices() {
  const database = await createSystemDatabase();
  const artifacts = await temporaryDirectory();
  const keys = await temporaryDirectory();
  const tlsSettings = await writeTls(keys.path);
  const { url } = database;
  const signals: Record<string, ServiceSignals> = {};
  const closing: (() => unknown)[] = [() => artifacts.remove(), () => keys.remove(), () => database.drop()];

  const tell = (name: string) => {
    const lines: Record<string, unknown>[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
    return { lines, logger: createLogger({ name, level: "debug", destination }) };
  };
  const poolFor = (applicationName: string) => {
    const pool = createPool({ url, applicationName });
    closing.push(() => pool.close());
    return pool;
  };
  /** Looked at until all ends. */
  const watched = <T extends { readonly files: { close(): void } } | undefined>(tls: T): T => {
    closing.push(() => tls?.files.close());
    return tls;
  };
  const own = watched(openServiceTls(tlsSettings.serving, tell("tls").logger));
  const connect = (address: string) => {
    const transport = createGrpcTransport({ address, tls: own });
    closing.push(() => transport.close());
    return transport;
  };
  type HostParts = Pick<Parameters<typeof createServiceHost>[0], "routes" | "scopes">;
  type Part = { start(): Promise<unknown>; stop(): Promise<unknown> };
  /** Starts a service behind a host of its own; answers the address of its gRPC listener. */
  const serve = async (name: string, make: (logger: Logger, registry: Registry) => HostParts & Part) => {
    const { lines, logger } = tell(name);
    const registry = createMetricsRegistry();
    const service = make(logger, registry);
    const listen = { grpcListen: free, opsListen: free };
    const auth = createAuthPolicy({ tokens: [], listen: [free], logger });
    const tls = watched(openServiceTls(tlsSettings.serving, logger));
    const host = createServiceHost({ ...{ name, logger, registry, auth, tls }, ...listen, ...service });
    await service.start();
    await host.start();
    closing.push(async () => {
      await host.stop();
      await service.stop();
    });
    signals[name] = { ops: host.opsAddress, registry, readiness: host.readiness, lines };
    return host.grpcAddress;
  };
  /** The same for one that calls others only. */
  const work = async (name: string, make: (logger: Logger, registry: Registry) => Part) => {
    const { lines, logger } = tell(name);
    const operations = createWorkerOperations(free, watched(openClientTls(tlsSettings.calling, logger)));
    const { registry, readiness } = operations;
    const worker = make(logger, registry);
    await operations.listen();
    await worker.start();
    operations.started();
    closing.push(async () => {
      operations.stopping();
      await worker.stop();
      await operations.stop();
    });
    signals[name] = { ops: operations.address ?? "", registry, readiness, lines };
  };

  const config = { ...schedulerDefaults, databaseUrl: url, shardLeaseMs: 30_000, replicaId: "test" };
  const scheduler = await serve("scheduler", (logger, registry) => ({
    ...createScheduler({ config, logger, registry }),
    scopes: schedulerScopes,
  }));
  const logStore = await serve("log-store", (logger, registry) => ({
    ...createLogStore({
      databaseUrl: url,
      pool: poolFor("log-store"),
      scheduler: connect(scheduler),
      logger,
      registry,
    }),
    scopes: logStoreScopes,
  }));
  const blobs = await openBlobStore(artifacts.path, 1024 ** 3);
  const catalog = await serve("catalog", (logger, registry) => ({
    ...createCatalog({ pool: poolFor("catalog"), blobs, logger, registry }),
    scopes: catalogScopes,
  }));
  const runnerGateway = await serve("runner-gateway", (logger, registry) => ({
    ...createRunnerGateway({
      ...{ databaseUrl: url, pool: poolFor("runner-gateway"), logger, registry },
      ...{ scheduler: connect(scheduler), logStore: connect(logStore), catalog: connect(catalog) },
      openScheduler: ownerOpener({ address: scheduler, tls: own }),
    }),
    scopes: runnerGatewayScopes,
  }));

  const gatewayTell = tell("http-gateway");
  const gatewayRegistry = createMetricsRegistry();
  const core = connectCore({
    ...{ scheduler: [scheduler], runnerGateway: [runnerGateway], logStore: [logStore], catalog: [catalog] },
    ...{ serviceToken: undefined, tls: own, registry: gatewayRegistry },
  });
  closing.push(() => core.close());
  const gateway = createHttpGateway({
    ...{ ...core.own, logger: gatewayTell.logger, registry: gatewayRegistry },
    ...(own && { tls: own }),
    config: loadHttpGatewayConfig({ HTTP_LISTEN: free, OPS_LISTEN: free }),
  });
  await gateway.start();
  closing.push(() => gateway.stop());
  const { registry, readiness, addresses } = gateway;
  signals["http-gateway"] = { ops: addresses.ops ?? "", registry, readiness, lines: gatewayTell.lines };

  const client = createSwitchyardClient({ addresses: { scheduler, runnerGateway, logStore, catalog }, tls: own });
  closing.push(() => client.close());
  const runnerConfig = loadRunnerConfig({ RUNNER_GATEWAY_ADDRESS: runnerGateway, RUNNER_DRAIN: "0ms" });
  await work("runner", (logger, metrics) => {
    const service = createRunnerService(runnerConfig, { transport: core.own.runnerGateway, logger });
    watchRunners(metrics, () => service.counts());
    return service;
  });
  await work("pipeline-worker", (logger, metrics) => {
    const worker = createPipelineWorker({ client, logger, name: "worker", settings: loadWorkerSettings({}) });
    watchRunners(metrics, () => [worker.counts]);
    return { start: () => worker.start(), stop: () => worker.stop(0) };
  });

  return {
    signals,
    client,
    http: `http://${addresses.http}`,
    async stop() {
      for (const close of closing.reverse()) await close();
    },
  };
}
