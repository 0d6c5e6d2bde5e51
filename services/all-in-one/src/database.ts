import { join } from "node:path";
import { startEmbeddedPostgres } from "@switchyard/postgres";
import type { Logger } from "pino";
import type { SystemConfig } from "./config.js";
import { migrateAll, requireMigrated } from "./migrate/schemas.js";

/** A database with every schema up to date. */
export interface SystemDatabase {
  readonly url: string;
  /** Whether it was started here. */
  readonly embedded: boolean;
  /** Stops the embedded server; does nothing to another one. */
  stop(): Promise<void>;
}

/** Connects to the database that is named, or starts the embedded one; then migrates, or checks that somebody has. */
export async function openDatabase(config: SystemConfig, logger: Logger): Promise<SystemDatabase> {
  const database = await findDatabase(config, logger);
  try {
    await (config.migrateAtStart ? migrateAll : requireMigrated)(database.url);
  } catch (error) {
    await database.stop();
    throw error;
  }
  return database;
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
