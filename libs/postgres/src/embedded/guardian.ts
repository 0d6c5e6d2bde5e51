import { spawn } from "node:child_process";
import { SERVER_ENVIRONMENT } from "./cluster.js";
import type { Layout } from "./layout.js";
import type { RunAs } from "./run-as.js";

/** Watches over this process for the server. */
export interface Guardian {
  /** Tells the guardian that the server has ended in order. */
  dismiss(): void;
}

/**
 * Reads from a pipe whose other end only the owner holds: a word means that all is well, its end means that the owner was killed.
 * Then the server is stopped (SIGINT: fast, with a checkpoint) unless another one has taken its place, or, when its data is not to be kept,
 * stopped without ceremony and removed.
 */
const SCRIPT = `
read -r word
[ "$word" = done ] && exit 0
[ "$(head -n 1 "$1/cluster/postmaster.pid" 2>/dev/null)" = "$2" ] || exit 0
if [ "$3" = keep ]; then kill -INT "$2"; exit 0; fi
kill -QUIT "$2"
while kill -0 "$2" 2>/dev/null; do sleep 0.1; done
rm -rf -- "$1"
`;

/**
 * Starts a shell of about one megabyte in a session of its own, so that neither Ctrl+C nor a signal to the owner's process group
 * reaches it.
 */
export function startGuardian(layout: Layout, user: RunAs, serverPid: number, persistent: boolean): Guardian {
  const child = spawn(
    "/bin/sh",
    ["-c", SCRIPT, "switchyard-postgres-guardian", layout.root, String(serverPid), persistent ? "keep" : "remove"],
    { ...user, cwd: "/", env: SERVER_ENVIRONMENT, detached: true, stdio: ["pipe", "ignore", "ignore"] },
  );
  // Losing the guardian costs only the clean-up after a kill; the next start does it.
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  child.unref();
  // A pipe of a child is a socket, which can be unref'd; the type does not say so.
  (child.stdin as unknown as { unref?: () => void }).unref?.();
  return { dismiss: () => void child.stdin.end("done\n") };
}
