import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import type { Random } from "./random.js";
import { beginMs, type World } from "./world.js";

/**
 * Lets the randomness and the date of this process depend on a seed, for the libraries that take neither by injection: ids, jitter, UUIDs by time. The
 * order in which they ask is the seed's, too, since all of the simulation is one thread.
 */
export function seedGlobals(random: Random, world: World): void {
  const bytes = (size: number) => {
    const drawn = Buffer.alloc(size);
    for (let i = 0; i < size; i++) drawn[i] = random.int(0, 255);
    return drawn;
  };
  Math.random = () => random.next();
  Date.now = () => beginMs + Math.floor(world.now);
  Object.assign(crypto, {
    randomBytes: bytes,
    randomFillSync: (into: Uint8Array) => {
      for (let i = 0; i < into.length; i++) into[i] = random.int(0, 255);
      return into;
    },
    randomUUID: () => {
      const hex = bytes(16).toString("hex");
      return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join(
        "-",
      );
    },
  });
  syncBuiltinESMExports();
}
