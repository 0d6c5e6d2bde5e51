import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Services } from "./services.js";

/** Memory of a process, in MB, after everything that is not used was collected. */
export interface MemoryUse {
  /** What the system counts, free pages that the process keeps included. */
  readonly resident: number;
  /** What is in use: objects and buffers. */
  readonly used: number;
}

/** What the process of the services is asked. */
export interface ServicesCommands {
  where(): { readonly address: string; readonly loadMs: number };
  memory(): Promise<MemoryUse>;
}

const mb = 1024 * 1024;

/** Makes these commands. */
export function servicesCommands({ address, loadMs }: Services): ServicesCommands {
  return {
    where: () => ({ address, loadMs }),
    async memory() {
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc") as () => void;
      // Twice: what the first pass finalises, the second one frees.
      for (let pass = 0; pass < 2; pass++) {
        collect();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const { rss, heapUsed, external } = process.memoryUsage();
      return { resident: rss / mb, used: (heapUsed + external) / mb };
    },
  };
}
