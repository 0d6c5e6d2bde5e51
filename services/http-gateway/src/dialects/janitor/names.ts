/** The one queue of the dialect's namespace. */
export const runQueue = "queue";

/** The lane label by which hosts are left out at a claim. */
export const hostLabel = "host";

/** Whether a name of a codebase or campaign is one (the upstream schema's domains). */
export function isName(text: string): boolean {
  return /^[a-z0-9][a-z0-9+\-.]+$/.test(text);
}

/** Names of the catalog's collections. */
export const collectionNames = {
  codebases: "codebases",
  candidates: "candidates",
  runs: "runs",
  /** What was found out for an assignment that resumes from an earlier run, by run id; expires. */
  assignments: "assignments",
  workers: "workers",
  /** Hosts that are left alone for a while, by name; expires. */
  hosts: "hosts",
  /** Queue items on their way to another host, by job id. */
  moves: "moves",
  /** How far the reactor has come. */
  reactor: "reactor",
} as const;
