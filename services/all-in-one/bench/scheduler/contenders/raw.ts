import type { BenchServer } from "../database/bench-server.js";
import type { SubmitCommands } from "../driver/submit-commands.js";
import type { WorkCommands } from "../driver/work-commands.js";
import { familyCpu, processCpu } from "../measure/cpu-time.js";
import { startChild } from "./child.js";
import { type Contender, tellDone } from "./contender.js";
import { processScript } from "./paths.js";

/** Starts the raw SQL reference in one process, on a database of its own. */
export async function openRaw(server: BenchServer, database: string): Promise<Contender> {
  const databaseUrl = await server.createDatabase(database);
  const child = await startChild<SubmitCommands & WorkCommands>({
    node: process.execPath,
    script: processScript("raw"),
    env: { DATABASE_URL: databaseUrl },
  });
  tellDone(child, child);
  return {
    name: "raw",
    databaseUrl,
    submitter: child.remote,
    worker: child.remote,
    cpu: async () => ({ process: await processCpu(child.pid), postgres: await familyCpu(server.pid) }),
    async close() {
      await child.close();
      await server.dropDatabase(database);
    },
  };
}
