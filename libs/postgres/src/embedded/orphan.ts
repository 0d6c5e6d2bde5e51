import { rm } from "node:fs/promises";
import { platform } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { SwitchyardError } from "@switchyard/errors";
import type { Layout } from "./layout.js";
import type { PostgresLog } from "../log.js";
import { postmasterFilePath, readPostmasterFile } from "./postmaster-file.js";
import { serverProcessesOn } from "./processes.js";

const STOP_DEADLINE_MS = 60_000;

/**
 * Clears the way after a run that did not end in order.
 *
 * A server that a dead process of ours left behind is stopped (fast shutdown: nothing committed is lost). One that somebody else
 * started is never touched. What a killed server leaves (`postmaster.pid`, and backends that take a moment to notice) is
 * waited for and removed only when no process is left on the directory: PostgreSQL itself would take any process that got the old
 * id by chance, which in containers is likely, for a running server.
 * @throws SwitchyardError `PRECONDITION_FAILED` when the server is somebody else's, or does not end.
 */
export async function clearOrphan(layout: Layout, orphaned: boolean, log: PostgresLog | undefined): Promise<void> {
  const file = await readPostmasterFile(layout.cluster);
  const found = await serverProcessesOn(layout.cluster, file?.pid);
  if (found.length > 0) {
    const postmaster = file && found.includes(file.pid) ? file.pid : undefined;
    if (postmaster !== undefined && !orphaned) {
      throw new SwitchyardError(
        "PRECONDITION_FAILED",
        `a PostgreSQL server (process ${postmaster}) that was not started by this program runs on ${layout.cluster}; stop it first`,
        { directory: layout.cluster, pid: String(postmaster) },
      );
    }
    if (postmaster !== undefined) {
      log?.warn({ pid: postmaster, directory: layout.root }, "stopping the server that an earlier run left behind");
      signal(postmaster, "SIGINT");
    }
    await waitUntilGone(layout, file?.pid);
  }
  // Without /proc not every process can be seen, so PostgreSQL's own check is left in charge.
  if (file && platform() === "linux") await rm(postmasterFilePath(layout.cluster), { force: true });
}

async function waitUntilGone(layout: Layout, pid: number | undefined): Promise<void> {
  const deadline = Date.now() + STOP_DEADLINE_MS;
  for (;;) {
    const left = await serverProcessesOn(layout.cluster, pid);
    if (left.length === 0) return;
    if (Date.now() > deadline) {
      throw new SwitchyardError(
        "PRECONDITION_FAILED",
        `the server of an earlier run on ${layout.cluster} does not end (processes ${left.join(", ")}); end it by hand`,
        { directory: layout.cluster, pids: left.join(",") },
      );
    }
    await sleep(50);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
