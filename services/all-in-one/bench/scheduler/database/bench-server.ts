import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createPool, type Pool, startEmbeddedPostgres } from "@switchyard/postgres";

/** The one PostgreSQL of a run. */
export interface BenchServer {
  /** Connections of the superuser, to the database `postgres`. */
  readonly admin: Pool;
  /** Process id of the postmaster. */
  readonly pid: number;
  /** Its directory; others may put files beside it. */
  readonly directory: string;
  /** Makes an empty database and answers its URL. */
  createDatabase(name: string): Promise<string>;
  /** Takes a database and everybody who is connected to it away. */
  dropDatabase(name: string): Promise<void>;
  /** Statements that come in during some seconds, from everybody, by the server's own log. */
  countStatements(seconds: number): Promise<number>;
  /** Bytes of WAL written since the cluster was made. */
  walBytes(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts the server that everybody is measured on, with the settings that the peers were tuned with. Durability is complete.
 *
 * The WAL is filled up to `min_wal_size` and a checkpoint made, so that segments are recycled from now on: a young server stops for 50 ms
 * at each new one.
 *
 * @param walMb how much; what is written beyond it between two checkpoints needs new segments again
 */
export async function startBenchServer(walMb: number): Promise<BenchServer> {
  const directory = await mkdtemp(join(tmpdir(), "switchyard-bench-"));
  await chmod(directory, 0o755);
  const server = await startEmbeddedPostgres({
    dataDir: join(directory, "postgres"),
    persistent: false,
    settings: {
      max_connections: 300,
      shared_buffers: "2GB",
      min_wal_size: `${walMb}MB`,
      max_wal_size: "8GB",
      max_locks_per_transaction: 256,
    },
  });
  const admin = createPool({
    url: server.url,
    max: 4,
    applicationName: "bench",
    statementTimeoutMs: 0,
    transactionTimeoutMs: 0,
  });
  try {
    await fillWal(admin, walMb);
    return {
      admin,
      directory,
      pid: await postmasterPid(admin),
      async createDatabase(name) {
        await admin.query(`create database ${name}`);
        const url = new URL(server.url);
        url.pathname = `/${name}`;
        return url.href;
      },
      async dropDatabase(name) {
        await admin.query(`drop database if exists ${name} with (force)`);
      },
      async countStatements(seconds) {
        const log = join(directory, "postgres", "server.log");
        await logStatements(admin, true);
        const begun = await countLogged(log);
        await setTimeout(seconds * 1_000);
        const ended = await countLogged(log);
        await logStatements(admin, false);
        return ended - begun;
      },
      async walBytes() {
        const { rows } = await admin.query("select pg_current_wal_lsn() - '0/0' as bytes");
        return Number(rows[0].bytes);
      },
      async stop() {
        await admin.close();
        await server.stop();
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await admin.close();
    await server.stop();
    throw error;
  }
}

async function logStatements(admin: Pool, all: boolean): Promise<void> {
  await admin.query(`alter system set log_statement = '${all ? "all" : "none"}'`);
  await admin.query("select pg_reload_conf()");
  // Each session takes it over before its next statement.
  await setTimeout(1_000);
}

/** Statements in a log: sent as text, or prepared and executed. */
async function countLogged(log: string): Promise<number> {
  return (await readFile(log, "utf8")).match(/LOG: {2}(statement|execute)\b/g)?.length ?? 0;
}

async function fillWal(admin: Pool, megabytes: number): Promise<void> {
  // A message to logical decoding is a record that nobody reads: WAL without a table.
  for (let written = 0; written < megabytes; written += 64) {
    await admin.query(
      "select count(pg_logical_emit_message(false, 'fill', repeat('x', 1048576))) from generate_series(1, 64)",
    );
  }
  await admin.query("checkpoint");
}

async function postmasterPid(admin: Pool): Promise<number> {
  const { rows } = await admin.query("select pg_backend_pid() as pid");
  const stat = await readFile(`/proc/${rows[0].pid}/stat`, "utf8");
  // After the name in parentheses: state, then the parent.
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}
