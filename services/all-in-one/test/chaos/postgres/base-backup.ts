import { chown, copyFile, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import pg from "pg";
import type { Server } from "./server.js";

/** Directories whose contents belong to the running server alone; a copy has them empty. What `pg_basebackup` leaves out. */
const emptied: ReadonlySet<string> = new Set([
  ...["pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans"],
]);
/** Files of the running server alone. `postgresql.auto.conf` says whom the primary waits for. */
const left: ReadonlySet<string> = new Set(["postmaster.pid", "postmaster.opts", "postgresql.auto.conf"]);

/**
 * Copies a running server into a directory, ready to be started as its standby: what `pg_basebackup` does, which the embedded binaries
 * lack. The write-ahead log is not copied; the standby asks the primary for it.
 */
export async function copyAsStandby(primary: Server, directory: string): Promise<void> {
  const cluster = join(directory, "cluster");
  const session = new pg.Client({ connectionString: primary.url, application_name: "chaos-backup" });
  await session.connect();
  try {
    await session.query("select pg_backup_start('chaos', fast => true)");
    await copyTree(primary.cluster, cluster, "");
    const { rows } = await session.query<{ labelfile: string }>(
      "select labelfile from pg_backup_stop(wait_for_archive => false)",
    );
    await writeOwned(primary, join(cluster, "backup_label"), rows[0]?.labelfile ?? "");
  } finally {
    await session.end();
  }
  await mkdir(join(cluster, "pg_wal/archive_status"), { recursive: true });
  await mkdir(join(cluster, "pg_wal/summaries"), { recursive: true });
  await own(primary, join(cluster, "pg_wal/archive_status"));
  await own(primary, join(cluster, "pg_wal/summaries"));
  await writeOwned(primary, join(cluster, "postgresql.auto.conf"), "");
  await writeOwned(primary, join(cluster, "standby.signal"), "");
  await copyOwned(join(dirname(primary.cluster), "password"), join(directory, "password"));
}

async function copyTree(from: string, to: string, path: string): Promise<void> {
  await mkdir(join(to, path), { recursive: true, mode: 0o700 });
  await takeOwner(join(from, path), join(to, path));
  if (emptied.has(path)) return;
  for (const entry of await readdir(join(from, path), { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) await copyTree(from, to, inner);
    else if (!left.has(inner) && !entry.name.startsWith("pgsql_tmp"))
      await copyOwned(join(from, inner), join(to, inner));
  }
}

/** Copies a file; one that the server has removed meanwhile is passed over: the write-ahead log tells of it. */
async function copyOwned(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
    await takeOwner(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

async function writeOwned(primary: Server, path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  await own(primary, path);
}

/** Gives a path to whoever runs the primary. */
function own(primary: Server, path: string): Promise<void> {
  return takeOwner(primary.cluster, path);
}

async function takeOwner(like: string, path: string): Promise<void> {
  const { uid, gid } = await stat(like);
  await chown(path, uid, gid);
}
