import { join } from "node:path";

const bench = join(import.meta.dirname, "..", "..");

/** Folder with the peers' own package. */
export const peersFolder = join(bench, "peers");
/** The peers' process; takes the peer's name. */
export const peerScript = join(peersFolder, "peer.mjs");
/** The Node that the peers need. */
export const peersNode = join(peersFolder, "node_modules", "node", "bin", "node");
/** Project that compiles what runs as a process of its own. */
export const processesProject = join(bench, "tsconfig.json");

/** A compiled process of ours. */
export function processScript(name: "client" | "raw" | "runner" | "services"): string {
  return join(bench, "dist", "scheduler", "processes", `${name}.js`);
}
