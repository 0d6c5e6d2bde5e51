import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@switchyard/postgres";
import pg from "pg";
import { familyOf } from "../../proc.js";

/** How a server is brought down: `fast` in order, `immediate` without a checkpoint, `kill` by SIGKILL of all its processes. */
export type Ending = "fast" | "immediate" | "kill";

/** A PostgreSQL of its own directory and port, which it keeps over restarts. Durable: a restart loses nothing that was committed. */
export interface Server {
  readonly port: number;
  /** Data directory of PostgreSQL itself. */
  readonly cluster: string;
  /** `postgres://...` of the superuser, as it is reached without a proxy. */
  readonly url: string;
  /** Brings it down; returns when all of its processes are gone. */
  end(how: Ending): Promise<void>;
  /** Starts it again after `end`. Returns when it accepts connections. */
  start(): Promise<void>;
  /** Runs one statement on a connection of its own. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** Streaming needs a standby that catches up at once after the primary was away, and WAL that is still there then. */
const settings = {
  wal_keep_size: "512MB",
  wal_retrieve_retry_interval: "200ms",
  max_wal_size: "1GB",
  min_wal_size: "256MB",
};

/**
 * Starts a server.
 *
 * @param directory of the server, made when missing; one with a cluster in it is gone on with
 * @param primary `primary_conninfo` of a standby
 */
export async function startServer(directory: string, primary?: string): Promise<Server> {
  await mkdir(directory, { recursive: true });
  const own = primary === undefined ? settings : { ...settings, primary_conninfo: primary };
  const start = (port: number) => startEmbeddedPostgres({ dataDir: directory, port, persistent: true, settings: own });
  const cluster = join(directory, "cluster");
  let running: EmbeddedPostgres = await start(0);
  const { port, url } = running;
  return {
    ...{ port, url, cluster },
    async end(how) {
      if (how !== "fast") await signalAll(cluster, how);
      await running.stop();
    },
    async start() {
      running = await start(port);
    },
    query: (text, values) => queryOnce(url, text, values),
  };
}

async function signalAll(cluster: string, how: "immediate" | "kill"): Promise<void> {
  const postmaster = Number.parseInt(await readFile(join(cluster, "postmaster.pid"), "utf8"), 10);
  if (how === "immediate") {
    process.kill(postmaster, "SIGQUIT");
    return;
  }
  // The parent first, so that nobody starts anew what dies.
  for (const pid of await familyOf(postmaster)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** Runs one statement on a connection of its own. */
async function queryOnce<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, application_name: "chaos" });
  await client.connect();
  try {
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}
