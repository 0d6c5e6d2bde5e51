import type { BenchServer } from "../database/bench-server.js";
import type { SubmitCommands } from "../driver/submit-commands.js";
import type { WorkCommands } from "../driver/work-commands.js";
import { familyCpu, processCpu } from "../measure/cpu-time.js";
import { startChild } from "./child.js";
import { type Contender, type PeerName, tellDone } from "./contender.js";
import { peerScript, peersNode } from "./paths.js";
import { startRedis } from "./redis-server.js";

/** Starts a peer as a library in one process, which submits and works: no RPC lies between. */
export async function openPeer(name: PeerName, server: BenchServer, database: string): Promise<Contender> {
  const redis = name === "bullmq-redis" ? await startRedis(server.directory) : undefined;
  const databaseUrl = redis ? undefined : await server.createDatabase(database);
  const child = await startChild<SubmitCommands & WorkCommands>({
    node: peersNode,
    script: peerScript,
    arguments: [name],
    env: redis ? { REDIS_PORT: String(redis.port) } : { DATABASE_URL: databaseUrl ?? "" },
  });
  tellDone(child, child);
  return {
    name,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    submitter: child.remote,
    worker: child.remote,
    cpu: async () => ({
      process: await processCpu(child.pid),
      ...(redis ? { redis: await familyCpu(redis.pid) } : { postgres: await familyCpu(server.pid) }),
    }),
    async close() {
      await child.close();
      await redis?.stop();
      if (databaseUrl !== undefined) await server.dropDatabase(database);
    },
  };
}
