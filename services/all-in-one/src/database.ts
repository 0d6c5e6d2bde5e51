import { join } from "node:path";
import { migrateCatalog } from "@switchyard/catalog";
import { migrateLogStore } from "@switchyard/log-store";
import { startEmbeddedPostgres } from "@switchyard/postgres";
import { migrateRunnerGateway } from "@switchyard/runner-gateway";
import { migrateScheduler } from "@switchyard/scheduler";
import type { Logger } from "pino";
import type { SystemConfig } from "./config.js";

/** A database with every schema up to date. */
export interface SystemDatabase {
  readonly url: string;
  /** Whether it was started here. */
  readonly embedded: boolean;
  /** Stops the embedded server; does nothing to another one. */
  stop(): Promise<void>;
}

/** Connects to the database that is named, or starts the embedded one; then migrates. */
export async function openDatabase(config: SystemConfig, logger: Logger): Promise<SystemDatabase> {
  const database = await findDatabase(config, logger);
  try {
    await migrateAll(database.url);
  } catch (error) {
    await database.stop();
    throw error;
  }
  return database;
}

/** Brings the schemas of all services up to date, one after the other. */
export async function migrateAll(url: string): Promise<void> {
  for (const migrateService of [migrateScheduler, migrateRunnerGateway, migrateLogStore, migrateCatalog])
    await migrateService(url);
}

async function findDatabase({ databaseUrl, dataDir, persistent }: SystemConfig, log: Logger): Promise<SystemDatabase> {
  if (databaseUrl !== undefined) return { url: databaseUrl, embedded: false, stop: async () => undefined };
  const server = await startEmbeddedPostgres({
    ...{ dataDir: join(dataDir, "postgres"), persistent, database: "switchyard", log },
    // Nobody would start it again. An error that nobody catches ends the process, so that whoever watches it does.
    onUnexpectedExit: (error) => {
      setImmediate(() => {
        throw error;
      });
    },
  });
  return { url: server.url, embedded: true, stop: () => server.stop() };
}
