import type { BenchServer } from "../database/bench-server.js";
import type { Contender, ContenderName } from "./contender.js";
import { openOurs } from "./ours.js";
import { openPeer } from "./peer.js";
import { openRaw } from "./raw.js";

/** Contenders that run, each with processes and a database of its own. */
export interface OpenContenders {
  /** The one that runs, or a new, empty one. */
  get(name: ContenderName): Promise<Contender>;
  /** Ends one, if it runs, and takes its data away. */
  close(name: ContenderName): Promise<void>;
  /** Ends those that are not named. */
  keepOnly(names: ReadonlySet<ContenderName>): Promise<void>;
}

/** Starts with none. */
export function createOpenContenders(server: BenchServer): OpenContenders {
  const open = new Map<ContenderName, Contender>();
  const close = async (name: ContenderName) => {
    const contender = open.get(name);
    open.delete(name);
    await contender?.close();
  };
  return {
    async get(name) {
      const contender = open.get(name) ?? (await openContender(name, server));
      open.set(name, contender);
      return contender;
    },
    close,
    async keepOnly(names) {
      for (const name of [...open.keys()]) if (!names.has(name)) await close(name);
    },
  };
}

function openContender(name: ContenderName, server: BenchServer): Promise<Contender> {
  const database = `bench_${name.replace("-", "_")}`;
  if (name === "ours") return openOurs(server, database);
  if (name === "raw") return openRaw(server, database);
  return openPeer(name, server, database);
}
