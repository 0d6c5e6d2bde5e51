import { execFile } from "node:child_process";
import { chown, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { SwitchyardError } from "@switchyard/errors";

const run = promisify(execFile);

/** The user that PostgreSQL runs as; empty: as this process. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

const USER = "postgres";

/**
 * Chooses the user. PostgreSQL refuses to run as root, so a root process (a container) runs it as the owner of an existing cluster,
 * or else as the system user `postgres`, which is created when missing.
 */
export async function chooseUser(clusterDir: string): Promise<RunAs> {
  const mine = process.getuid?.();
  const owner = await stat(clusterDir).catch(() => undefined);
  if (mine !== 0) {
    if (owner && owner.uid !== mine) {
      throw new SwitchyardError(
        "PRECONDITION_FAILED",
        `${clusterDir} belongs to user ${owner.uid}; run as that user, or choose another data directory`,
        { directory: clusterDir, owner: String(owner.uid) },
      );
    }
    return {};
  }
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await findUser()) ?? (await createUser());
}

async function findUser(): Promise<RunAs | undefined> {
  try {
    const [uid, gid] = await Promise.all([run("id", ["-u", USER]), run("id", ["-g", USER])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

async function createUser(): Promise<RunAs> {
  await run("useradd", ["--system", "--user-group", "--no-create-home", USER]);
  const user = await findUser();
  if (!user) throw new Error(`user ${USER} was created but cannot be found`);
  return user;
}

/** Gives a path to the user. Does nothing when PostgreSQL runs as this process. */
export async function giveTo(user: RunAs, path: string): Promise<void> {
  if (user.uid !== undefined && user.gid !== undefined) await chown(path, user.uid, user.gid);
}

/**
 * Checks that the user can enter a directory. Asked of the system by doing it, since modes, ACLs and mount options all play in.
 * @throws SwitchyardError `PRECONDITION_FAILED` naming the first directory that is closed to the user.
 */
export async function checkCanEnter(user: RunAs, directory: string): Promise<void> {
  if (user.uid === undefined || (await canEnter(user, directory))) return;
  let closed = directory;
  while (dirname(closed) !== closed && !(await canEnter(user, dirname(closed)))) closed = dirname(closed);
  throw new SwitchyardError(
    "PRECONDITION_FAILED",
    `PostgreSQL runs as user ${user.uid} (root is not allowed), and that user cannot enter ${closed}. ` +
      `Allow it (chmod o+x ${closed}) or choose a directory elsewhere.`,
    { directory: closed, user: String(user.uid) },
  );
}

async function canEnter(user: RunAs, directory: string): Promise<boolean> {
  try {
    await run("/bin/sh", ["-c", 'cd -- "$1"', "sh", directory], { ...user, cwd: "/" });
    return true;
  } catch {
    return false;
  }
}
