import { link, readFile, rm, writeFile } from "node:fs/promises";
import { SwitchyardError } from "@switchyard/errors";
import type { Layout } from "./layout.js";
import { isAlive, startOf } from "./processes.js";

interface Owner {
  readonly pid: number;
  readonly start: string | undefined;
}

/**
 * Claims a data directory for this process, by a file that is linked into place so that of several processes one wins.
 * @returns whether a dead process had left a claim, so that a server still running here is an orphan of ours.
 * @throws SwitchyardError `PRECONDITION_FAILED` when a living process (this one included) uses the directory.
 */
export async function claimDirectory(layout: Layout): Promise<{ orphaned: boolean }> {
  const mine: Owner = { pid: process.pid, start: await startOf(process.pid) };
  const draft = `${layout.owner}.${process.pid}`;
  await writeFile(draft, JSON.stringify(mine));
  try {
    for (let orphaned = false; ; orphaned = true) {
      try {
        await link(draft, layout.owner);
        return { orphaned };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const owner = await readOwner(layout);
      if (owner && isAlive(owner.pid) && (await startOf(owner.pid)) === owner.start) {
        throw new SwitchyardError(
          "PRECONDITION_FAILED",
          `the PostgreSQL in ${layout.root} is in use by process ${owner.pid}; stop that process or choose another data directory`,
          { directory: layout.root, pid: String(owner.pid) },
        );
      }
      await rm(layout.owner, { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/** Gives the claim back. */
export async function releaseDirectory(layout: Layout): Promise<void> {
  await rm(layout.owner, { force: true });
}

async function readOwner(layout: Layout): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(layout.owner, "utf8")) as Owner;
  } catch {
    return undefined;
  }
}
