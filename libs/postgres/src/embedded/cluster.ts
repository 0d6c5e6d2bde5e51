import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { SwitchyardError } from "@switchyard/errors";
import type { Binaries } from "./binaries.js";
import type { Layout } from "./layout.js";
import { giveTo, type RunAs } from "./run-as.js";

const run = promisify(execFile);

/** Name of the superuser of an embedded cluster. */
export const SUPERUSER = "postgres";

/** Settings of the programs' environment: no PG* variable of the caller may leak in, and messages stay in English. */
export const SERVER_ENVIRONMENT = { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };

/**
 * Makes the cluster unless it is there, and returns the superuser's password.
 *
 * UTF-8 with the builtin locale C.UTF-8, which is the same on every system and never changes its order below an index.
 * It is made beside its place and renamed, so that an interrupted run leaves no half of a cluster.
 */
export async function prepareCluster(
  layout: Layout,
  binaries: Binaries,
  user: RunAs,
  persistent: boolean,
): Promise<string> {
  if (await exists(layout.cluster)) {
    await checkVersion(layout, binaries);
    return (await readFile(layout.password, "utf8")).trim();
  }
  const password = randomBytes(24).toString("base64url");
  await writeFile(layout.password, `${password}\n`, { mode: 0o600 });
  await giveTo(user, layout.password);
  const draft = `${layout.cluster}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await giveTo(user, draft);
  const flags = [
    `--pgdata=${draft}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${layout.password}`,
    "--auth=scram-sha-256",
    // They make guessing costly, which 192 random bits have no need of, and each connection 2 ms of processor time dearer.
    "--set=scram_iterations=1",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    ...(persistent ? [] : ["--no-sync"]),
  ];
  await run(binaries.initdb, flags, { ...user, cwd: "/", env: SERVER_ENVIRONMENT });
  await rename(draft, layout.cluster);
  return password;
}

async function checkVersion(layout: Layout, binaries: Binaries): Promise<void> {
  const [made, { stdout }] = await Promise.all([
    readFile(join(layout.cluster, "PG_VERSION"), "utf8"),
    run(binaries.postgres, ["--version"], { cwd: "/" }),
  ]);
  const program = /(\d+)/.exec(stdout)?.[1] ?? "";
  if (made.trim() === program) return;
  throw new SwitchyardError(
    "PRECONDITION_FAILED",
    `${layout.root} was made by PostgreSQL ${made.trim()}, the embedded server is ${program}. ` +
      "Dump it with the old version and restore it into a new data directory.",
    { directory: layout.root, found: made.trim(), expected: program },
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
