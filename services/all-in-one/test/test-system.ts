import { createTestDatabase, temporaryDirectory, type TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { loadSystemConfig, migrateAll, startSystem, type System } from "../src/index.js";

/** The whole system in this process, on a database of the test file's own. */
export interface TestSystem extends System {
  readonly database: TestDatabase;
}

/** Starts the system on free ports; says only what matters to the case. */
export async function startTestSystem(env: Readonly<Record<string, string>> = {}): Promise<TestSystem> {
  const database = await createTestDatabase({ templateKey: "all-in-one", migrate: migrateAll, leaks: "ignore" });
  const artifacts = await temporaryDirectory();
  const free = "127.0.0.1:0";
  const config = loadSystemConfig({
    HTTP_LISTEN: free,
    GRPC_LISTEN: free,
    OPS_LISTEN: free,
    DATABASE_URL: database.url,
    CATALOG_ARTIFACT_DIR: artifacts.path,
    ...env,
  });
  const system = await startSystem(config, pino({ level: process.env["TEST_LOG_LEVEL"] ?? "silent" }));
  return {
    ...system,
    database,
    async stop() {
      await system.stop();
      await database.drop();
      await artifacts.remove();
    },
  };
}
