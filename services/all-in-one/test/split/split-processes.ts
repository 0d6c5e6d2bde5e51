import { freePort, startProcess, type TestProcess } from "@switchyard/testkit";

/** Parts of a split installation that are processes of their own. */
export type PartName =
  | "scheduler"
  | "log-store"
  | "runner-gateway"
  | "catalog"
  | "http-gateway"
  | "runner"
  | "pipeline-worker";

type Env = Readonly<Record<string, string>>;

/** One process of the installation. It has the same addresses in every life. */
export interface SplitProcess {
  readonly part: PartName;
  /** `host:port` of its gRPC listener; of a gateway, of its HTTP listener; empty for runners and workers, which have none. */
  readonly address: string;
  /** Listeners of a gateway's dialects, `host:port` by the variable that asks for them. */
  readonly listeners: Env;
  readonly process: TestProcess;
  /** Ends it as an operator does, and starts it again. Returns when it answers. */
  restart(): Promise<void>;
  /** Ends it with SIGKILL. Returns when it is gone. */
  kill(): Promise<void>;
  /** Starts it again after {@link kill}. Returns when it answers. */
  revive(): Promise<void>;
}

/** How a part is started: where it listens, and by which line it says that it answers. */
const parts: Readonly<Record<PartName, { readonly listen?: string; readonly ready: RegExp }>> = {
  scheduler: { listen: "GRPC_LISTEN", ready: /"msg":"listening"/ },
  "log-store": { listen: "GRPC_LISTEN", ready: /"msg":"listening"/ },
  "runner-gateway": { listen: "GRPC_LISTEN", ready: /"msg":"listening"/ },
  catalog: { listen: "GRPC_LISTEN", ready: /"msg":"listening"/ },
  "http-gateway": { listen: "HTTP_LISTEN", ready: /"msg":"listening"/ },
  runner: { ready: /"msg":"(?:registered|keeping the pool)"/ },
  "pipeline-worker": { ready: /"msg":"registered"/ },
};

/** Starts a process. @param env everything but where it listens */
export async function startPart(part: PartName, env: Env): Promise<SplitProcess> {
  const { listen, ready } = parts[part];
  const address = listen === undefined ? "" : `127.0.0.1:${await freePort()}`;
  const ops = `127.0.0.1:${await freePort()}`;
  const listeners = part === "http-gateway" ? await freeListeners(env) : {};
  const own: Env = {
    ...{ LOG_LEVEL: "info", OPS_LISTEN: ops, ...listeners },
    ...(listen === undefined ? {} : { [listen]: address }),
  };
  const start = async () => {
    const started = await startProcess(`services/${part}/src/main.ts`, { ...env, ...own });
    await started.line(ready);
    return started;
  };
  let process = await start();
  return {
    part,
    address,
    listeners,
    get process() {
      return process;
    },
    async restart() {
      const code = await process.end();
      if (code !== 0) throw new Error(`${part} ended with ${code}:\n${process.output().slice(-3_000)}`);
      process = await start();
    },
    kill: async () => void (await process.end("SIGKILL")),
    async revive() {
      process = await start();
    },
  };
}

/** A free port for each listener that is asked for, to be the same in every life. */
async function freeListeners(env: Env): Promise<Env> {
  const names = Object.keys(env).filter((name) => /^DIALECT_\w+_LISTEN$/.test(name));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, `127.0.0.1:${await freePort()}`] as const)),
  );
}
