import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile, rename } from "node:fs/promises";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { SwitchyardError } from "@switchyard/errors";
import type { Binaries } from "./binaries.js";
import { SERVER_ENVIRONMENT } from "./cluster.js";
import type { Layout } from "./layout.js";
import { readPostmasterFile } from "./postmaster-file.js";
import { giveTo, type RunAs } from "./run-as.js";
import { type ServerSettings, serverArguments } from "./settings.js";

/** Recovery after a crash replays at most `max_wal_size`. */
const START_DEADLINE_MS = 120_000;
/** A fast shutdown that takes longer is cut short; the next start then replays the log, and nothing committed is lost. */
const FAST_STOP_DEADLINE_MS = 60_000;
/** Between finding a free port and using it somebody else may take it. */
const PORT_TRIES = 5;

/** What a server process is made of. */
export interface PostmasterOptions {
  readonly layout: Layout;
  readonly binaries: Binaries;
  readonly user: RunAs;
  /** 0: a free one. */
  readonly port: number;
  readonly settings: ServerSettings;
}

/** A server process that accepts connections. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** Resolves when the process has ended, with what it ended by. */
  readonly exited: Promise<string>;
  /** `fast` writes a checkpoint, `immediate` does not (for data that is thrown away). Returns when the process has ended. */
  stop(mode: "fast" | "immediate"): Promise<void>;
}

/** Starts the server process and waits until it accepts connections. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  await rename(options.layout.log, `${options.layout.log}.1`).catch(() => undefined);
  for (let attempt = 1; ; attempt++) {
    const port = options.port === 0 ? await findFreePort() : options.port;
    const { child, exited } = await launch(options, port);
    const outcome = await Promise.race([untilReady(options.layout.cluster, child), exited]);
    if (outcome === "ready" && child.pid !== undefined) {
      child.unref();
      return { pid: child.pid, port, exited, stop: (mode) => stop(child, exited, mode) };
    }
    if (outcome === "late") await stop(child, exited, "immediate");
    const lines = await lastLines(options.layout.log);
    if (options.port === 0 && attempt < PORT_TRIES && lines.includes("could not bind")) continue;
    throw new SwitchyardError(
      "STORAGE_UNAVAILABLE",
      `the embedded PostgreSQL did not start (${outcome}); last lines of ${options.layout.log}:\n${lines}`,
      { log: options.layout.log },
    );
  }
}

async function launch(
  options: PostmasterOptions,
  port: number,
): Promise<{ child: ChildProcess; exited: Promise<string> }> {
  const { layout, binaries, user } = options;
  const log = await open(layout.log, "a", 0o600);
  try {
    await giveTo(user, layout.log);
    // Output goes to a file and not to a pipe, so that the server does not depend on this process being there to read it.
    const child = spawn(binaries.postgres, serverArguments(layout.cluster, port, options.settings), {
      ...user,
      cwd: "/",
      env: SERVER_ENVIRONMENT,
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    const exited = new Promise<string>((resolve) => {
      child.once("exit", (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
      child.once("error", (error) => resolve(error.message));
    });
    return { child, exited };
  } finally {
    await log.close();
  }
}

/** Follows `postmaster.pid`, as `pg_ctl` does. */
async function untilReady(cluster: string, child: ChildProcess): Promise<"ready" | "late"> {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (Date.now() < deadline && child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const file = await readPostmasterFile(cluster);
    if (file?.pid === child.pid && file?.status === "ready") return "ready";
    await sleep(10);
  }
  return "late";
}

async function stop(child: ChildProcess, exited: Promise<string>, mode: "fast" | "immediate"): Promise<void> {
  child.kill(mode === "fast" ? "SIGINT" : "SIGQUIT");
  const timer = setTimeout(() => child.kill("SIGQUIT"), FAST_STOP_DEADLINE_MS);
  // The process was unref'd for a parent that just ends; while stopping, its end is waited for.
  child.ref();
  await exited;
  clearTimeout(timer);
}

async function lastLines(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-15).join("\n");
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
