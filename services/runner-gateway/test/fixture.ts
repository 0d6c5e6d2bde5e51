import { randomUUID } from "node:crypto";
import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { createPool, type Pool } from "@switchyard/postgres";
import { FleetService } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import type { RunnerSpecSchema } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import {
  RegisterRunnerRequest_Mode,
  RunnerService,
  type SyncRunnerRequestSchema,
} from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { createClient, createInMemoryTransport } from "@switchyard/rpc";
import { createAuthMiddleware, createLogger } from "@switchyard/service-kit";
import { createAwakeClock, createTestDatabase } from "@switchyard/testkit";
import {
  createRunnerGateway,
  migrateRunnerGateway,
  type RunnerGateway,
  type RunnerGatewaySettings,
  runnerGatewayScopes,
} from "../src/index.js";
import { ModelCatalog } from "./model/catalog.js";
import { ModelLogStore } from "./model/log-store.js";
import { ModelScheduler } from "./model/scheduler.js";

/** Leases and patience are short here. */
const clock = createAwakeClock();

/** A gateway over real PostgreSQL, between model services and clients in the same process. */
export async function createFixture(settings: RunnerGatewaySettings = {}) {
  const database = await createTestDatabase({ templateKey: "runner-gateway", migrate: migrateRunnerGateway });
  const scheduler = new ModelScheduler(clock);
  const logStore = new ModelLogStore();
  const catalog = new ModelCatalog();
  const toScheduler = createInMemoryTransport({ routes: [scheduler.route, scheduler.shards.route] });
  /** Addresses of shards' owners that a gateway connected to. */
  const opened: string[] = [];
  const closing: (() => Promise<void>)[] = [];

  /** Another replica over the same database, scheduler and log store. */
  async function addGateway(): Promise<
    ReturnType<typeof clientsOf> & { readonly gateway: RunnerGateway; readonly pool: Pool }
  > {
    const pool = createPool({
      url: database.url,
      ...{ max: 5, applicationName: "runner-gateway test", connectTimeoutMs: 30_000 },
    });
    const gateway = createRunnerGateway({
      pool,
      databaseUrl: database.url,
      scheduler: toScheduler,
      openScheduler: (address) => {
        opened.push(address);
        return { ...toScheduler, isConnected: () => true, close: () => undefined };
      },
      logStore: createInMemoryTransport({ routes: [logStore.route] }),
      catalog: createInMemoryTransport({ routes: [catalog.route] }),
      logger: createLogger({ name: "test", level: "silent" }),
      clock,
      // Beyond what the clock of tests counts of a pause of the machine.
      settings: { pendingMs: 600, sealBeforeMs: 600, sealAfterMs: 600, lazyMs: 50, ...settings },
    });
    closing.push(async () => {
      await gateway.stop();
      await pool.close();
    });
    await gateway.start();
    return { gateway, pool, ...clientsOf(gateway) };
  }

  const first = await addGateway();
  return {
    ...first,
    database,
    scheduler,
    opened,
    logStore,
    catalog,
    addGateway,
    async close() {
      await Promise.all(closing.map((close) => close()));
      await database.drop();
    },
  };
}

/** A gateway with what is around it. */
export type Fixture = Awaited<ReturnType<typeof createFixture>>;

function clientsOf({ routes, authenticator }: RunnerGateway) {
  const open = createInMemoryTransport({ routes });
  const guarded = createInMemoryTransport({
    routes,
    middleware: [createAuthMiddleware({ authenticator }, runnerGatewayScopes)],
  });
  return {
    runners: createClient(RunnerService, open),
    fleet: createClient(FleetService, open),
    /** The same behind authentication. */
    guarded: createClient(RunnerService, guarded),
  };
}

/** A namespace of a test's own, so that tests of a file don't meet. */
export function newNamespace(): string {
  return `ns-${randomUUID().slice(0, 8)}`;
}

/** What a message is made from, as a plain object that can be spread. */
type PlainInit<S extends DescMessage> = Exclude<MessageInitShape<S>, { readonly $typeName: string }>;

/** Registers a runner that takes everything. */
export async function register(
  { runners }: Pick<Fixture, "runners">,
  namespace: string,
  runnerId: string,
  spec: PlainInit<typeof RunnerSpecSchema> = {},
): Promise<void> {
  await runners.registerRunner({
    namespace,
    mode: RegisterRunnerRequest_Mode.UPSERT,
    runnerId,
    spec: { name: runnerId, slots: 2, profile: { kinds: [{ by: { case: "glob", value: "*" } }] }, ...spec },
  });
}

/** A first call of a runner's process: holds nothing, has one free slot, may be held for so long. */
export function firstSync(
  namespace: string,
  runnerId: string,
  holdMs = 5_000,
): PlainInit<typeof SyncRunnerRequestSchema> & { sessionId: string } {
  return {
    namespace,
    runnerId,
    sessionId: randomUUID(),
    complete: true,
    freeSlots: 1,
    hold: { seconds: BigInt(Math.floor(holdMs / 1000)), nanos: (holdMs % 1000) * 1e6 },
  };
}

/** Names an attempt by number. */
export function ref(jobId: string, attempt = 1) {
  return { jobId, by: { case: "attempt" as const, value: attempt } };
}
