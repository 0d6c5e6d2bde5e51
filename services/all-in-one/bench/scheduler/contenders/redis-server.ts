import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@switchyard/testkit";

/** A Redis of one contender. */
export interface RedisServer {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts Redis with every write flushed before it is acknowledged: what it promises is what PostgreSQL promises. */
export async function startRedis(parent: string): Promise<RedisServer> {
  const directory = await mkdtemp(join(parent, "redis-"));
  const port = await freePort();
  const settings = { port, bind: "127.0.0.1", dir: directory, save: "", appendonly: "yes", appendfsync: "always" };
  const child = spawn(
    "redis-server",
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    {
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  let ended: Error | undefined;
  const gone = new Promise<void>((resolve) => {
    const end = (how: string) => {
      ended = new Error(`redis-server has ended (${how})`);
      resolve();
    };
    child.once("error", (error) => end(error.message));
    child.once("exit", (code, signal) => end(signal ?? `exit code ${code}`));
  });
  while (!(await answers(port))) {
    if (ended) throw ended;
    await sleep(20);
  }
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGKILL");
      await gone;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("close", () => undefined);
    socket.on("connect", () => socket.end());
  });
}
