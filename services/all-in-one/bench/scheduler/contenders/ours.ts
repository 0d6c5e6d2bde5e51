import type { BenchServer } from "../database/bench-server.js";
import type { ProfileCommands } from "../driver/profile-commands.js";
import type { SubmitCommands } from "../driver/submit-commands.js";
import type { WorkCommands } from "../driver/work-commands.js";
import { familyCpu, processCpu } from "../measure/cpu-time.js";
import type { ClientCommands } from "../ours/client-commands.js";
import type { ServicesCommands } from "../ours/services-commands.js";
import { type Child, startChild } from "./child.js";
import { type Contender, tellDone } from "./contender.js";
import { processScript } from "./paths.js";

type ServicesProcess = ServicesCommands & ProfileCommands;
type ClientProcess = SubmitCommands & ClientCommands & ProfileCommands;
type RunnerProcess = WorkCommands & ProfileCommands;

/** Starts our services, a client and a runner: three processes that speak gRPC over sockets, on a database of their own. */
export async function openOurs(server: BenchServer, database: string): Promise<Contender> {
  const databaseUrl = await server.createDatabase(database);
  let parts = await startParts(databaseUrl);
  const end = async () => {
    for (const child of [parts.client, parts.runner, parts.services]) await child.close();
  };
  return {
    name: "ours",
    databaseUrl,
    get submitter() {
      return parts.client.remote;
    },
    get worker() {
      return parts.runner.remote;
    },
    cpu: async () => ({
      client: await processCpu(parts.client.pid),
      services: await processCpu(parts.services.pid),
      runner: await processCpu(parts.runner.pid),
      postgres: await familyCpu(server.pid),
    }),
    ours: {
      get client() {
        return parts.client.remote;
      },
      memory: () => parts.services.remote.memory(),
      async restart() {
        for (const child of [parts.client, parts.runner]) await child.close();
        await parts.services.kill();
        const begunAt = performance.now();
        const services = await startServices(databaseUrl);
        const process = (performance.now() - begunAt) / 1_000;
        const { loadMs } = await services.remote.where();
        parts = { services, ...(await startUsers(services)) };
        return { process, scheduler: loadMs / 1_000 };
      },
      profiled: () => ({ services: parts.services.remote, client: parts.client.remote, runner: parts.runner.remote }),
    },
    async close() {
      await end();
      await server.dropDatabase(database);
    },
  };
}

async function startParts(databaseUrl: string) {
  const services = await startServices(databaseUrl);
  return { services, ...(await startUsers(services)) };
}

function startServices(databaseUrl: string): Promise<Child<ServicesProcess>> {
  return startChild({
    node: process.execPath,
    script: processScript("services"),
    env: { DATABASE_URL: databaseUrl, LOG_LEVEL: process.env.LOG_LEVEL ?? "error" },
  });
}

async function startUsers(services: Child<ServicesProcess>) {
  const { address } = await services.remote.where();
  const user = { node: process.execPath, arguments: [address] };
  const [client, runner] = await Promise.all([
    startChild<ClientProcess>({ ...user, script: processScript("client") }),
    startChild<RunnerProcess>({ ...user, script: processScript("runner") }),
  ]);
  tellDone(runner, client);
  return { client, runner };
}
