import { freePort, startProcess, type TestProcess } from "@switchyard/testkit";

/** A scheduler that runs as a process of its own, always at the same address, and can be killed and started again. */
export interface SchedulerProcess {
  /** `host:port` of its gRPC. */
  readonly address: string;
  /** Kills it (`SIGKILL`) and starts it again; returns when it is started, before it serves. */
  crash(): Promise<void>;
  /** Whether it is still the process that was started last. */
  isAlive(): boolean;
  stop(): Promise<void>;
}

/** Starts the service's own program on a database. */
export async function startSchedulerProcess(databaseUrl: string): Promise<SchedulerProcess> {
  const address = `127.0.0.1:${await freePort()}`;
  const env = {
    DATABASE_URL: databaseUrl,
    GRPC_LISTEN: address,
    OPS_LISTEN: "127.0.0.1:0",
    // As the pods of a StatefulSet have: whoever has the name takes the shard of the one before, which is dead.
    SCHEDULER_REPLICA_ID: "scheduler-0",
    LOG_LEVEL: "warn",
  };
  const start = (): Promise<TestProcess> => startProcess("services/scheduler/src/main.ts", env);
  let current = await start();
  return {
    address,
    async crash() {
      await current.end("SIGKILL");
      current = await start();
    },
    isAlive: () => current.child.exitCode === null && current.child.signalCode === null,
    async stop() {
      await current.end();
    },
  };
}
