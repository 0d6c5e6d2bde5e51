import { mkdir, rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { PostgresLog } from "../log.js";
import { findBinaries } from "./binaries.js";
import { prepareCluster, SUPERUSER } from "./cluster.js";
import { ensureDatabase } from "./database.js";
import { startGuardian } from "./guardian.js";
import { layoutOf } from "./layout.js";
import { clearOrphan } from "./orphan.js";
import { claimDirectory, releaseDirectory } from "./owner.js";
import { startPostmaster } from "./postmaster.js";
import { checkCanEnter, chooseUser, giveTo } from "./run-as.js";
import { checkSettings, type ServerSettings } from "./settings.js";

/** Options of {@link startEmbeddedPostgres}. */
export interface EmbeddedPostgresOptions {
  /** Directory of the server's files; made when missing. Holds the cluster, its log, the password and a note of the owner. */
  readonly dataDir: string;
  /** TCP port on 127.0.0.1. Default 0: a free one, possibly another at each start. */
  readonly port?: number;
  /** Whether the data outlives `stop()`. Without, `dataDir` is deleted with everything in it. */
  readonly persistent: boolean;
  /** Database that `url` names; made when missing. Default `postgres`. */
  readonly database?: string;
  /** Server settings on top of the defaults for a small machine. Durability cannot be switched off. */
  readonly settings?: ServerSettings;
  /** Called when the server ends without `stop()`. Default: only logged. */
  readonly onUnexpectedExit?: (error: Error) => void;
  readonly log?: PostgresLog;
}

/** A running embedded server. */
export interface EmbeddedPostgres {
  /** `postgres://...` of the superuser, password included: do not log it. */
  readonly url: string;
  readonly port: number;
  /** Fast shutdown: ends sessions, writes a checkpoint, returns when the server is gone. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL 18 of its own for development, the demo and the tests. Linux and macOS.
 *
 * Several starts and stops on one directory keep the data. One process at a time: a second is refused while the first lives. When
 * this process is killed, a guardian stops the server; when that was killed too, the next start does.
 * The server runs in a session of its own, so Ctrl+C reaches only this process, which stops its services before the server.
 *
 * @throws SwitchyardError `PRECONDITION_FAILED` (directory in use, closed to the server's user, or of another version) or
 * `STORAGE_UNAVAILABLE` (the server does not start; the message ends with the last lines of its log).
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { persistent, log, database = "postgres", port = 0, settings = {} } = options;
  checkSettings(settings);
  const layout = layoutOf(resolve(options.dataDir));
  const binaries = await findBinaries();
  const user = await chooseUser(layout.cluster);
  await mkdir(layout.root, { recursive: true, mode: 0o755 });
  const { orphaned } = await claimDirectory(layout);
  try {
    await giveTo(user, layout.root);
    await checkCanEnter(user, layout.root);
    await checkCanEnter(user, resolve(binaries.postgres, ".."));
    const password = await prepareCluster(layout, binaries, user, persistent);
    await clearOrphan(layout, orphaned, log);
    const postmaster = await startPostmaster({ layout, binaries, user, port, settings });
    const guardian = startGuardian(layout, user, postmaster.pid, persistent);
    const urlOf = (name: string) =>
      `postgres://${SUPERUSER}:${password}@127.0.0.1:${postmaster.port}/${encodeURIComponent(name)}`;

    let stopping: Promise<void> | undefined;
    const stop = async () => {
      await postmaster.stop(persistent ? "fast" : "immediate");
      guardian.dismiss();
      await releaseDirectory(layout);
      if (!persistent) await rm(layout.root, { recursive: true, force: true });
    };
    void postmaster.exited.then((description) => {
      if (stopping) return;
      const error = new Error(`the embedded PostgreSQL in ${layout.root} ended unexpectedly (${description})`);
      log?.error({ err: error }, "embedded PostgreSQL ended");
      options.onUnexpectedExit?.(error);
    });
    const server: EmbeddedPostgres = {
      url: urlOf(database),
      port: postmaster.port,
      stop: () => {
        stopping ??= stop();
        return stopping;
      },
    };
    try {
      await ensureDatabase(urlOf("postgres"), database);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  } catch (error) {
    await releaseDirectory(layout);
    throw error;
  }
}
