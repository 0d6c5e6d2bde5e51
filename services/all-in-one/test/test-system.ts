import { createTestDatabase, temporaryDirectory, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { startSplitSystem } from "./split/split-system.js";
import { reachOf, type SystemReach } from "./system-reach.js";
import { loadSystemConfig, migrateAll, startSystem, type System } from "../src/index.js";

/** The whole system, in this process unless it is to be split, on a database of the test file's own. */
export interface TestSystem extends System, SystemReach {
  readonly database: TestDatabase;
}

type Env = Readonly<Record<string, string>>;

/** What tests log: nothing, unless somebody wants to see it. */
export const testLogger = () => pino({ level: process.env["TEST_LOG_LEVEL"] ?? "silent" });

/** A migrated database for a system that is started more than once. */
export function createSystemDatabase(): Promise<TestDatabase> {
  return createTestDatabase({ templateKey: "all-in-one", migrate: migrateAll, leaks: "ignore" });
}

/**
 * Starts the system on a database that is there, on free ports. The scheduler's lease of its shard outlasts a machine that
 * stands still for seconds.
 */
export function startSystemOn(database: TestDatabase, env: Env = {}): Promise<System> {
  const free = "127.0.0.1:0";
  const listen = { HTTP_LISTEN: free, GRPC_LISTEN: free, OPS_LISTEN: free };
  const fixed = { DATABASE_URL: database.url, SCHEDULER_SHARD_LEASE_MS: "30000" };
  return startSystem(loadSystemConfig({ ...listen, ...fixed, ...env }), testLogger());
}

/**
 * Starts the system on free ports; says only what matters to the case. With `E2E_SYSTEM=split` every service is a process of its own,
 * most of them twice (`npm run test:split`).
 */
export async function startTestSystem(env: Env = {}): Promise<TestSystem> {
  const database = await createSystemDatabase();
  if (process.env["E2E_SYSTEM"] === "split") {
    const split = await startSplitSystem(database, env);
    return {
      ...split,
      database,
      async stop() {
        await split.stop();
        await database.drop();
      },
    };
  }
  const artifacts = await temporaryDirectory();
  const system = await startSystemOn(database, { CATALOG_ARTIFACT_DIR: artifacts.path, ...env });
  const one = [system.addresses.grpc];
  return {
    ...system,
    ...reachOf({ scheduler: one, runnerGateway: one, logStore: one, catalog: one }),
    database,
    async stop() {
      await system.stop();
      await database.drop();
      await artifacts.remove();
    },
  };
}
