import { join } from "node:path";
import type { Contender } from "../contenders/contender.js";

/** Where profiles go, and what their names begin with. */
export interface ProfileTo {
  readonly directory: string;
  readonly prefix: string;
}

/** Starts to profile our own processes, if that is wanted. Answers how to finish, which writes one file for each. */
export async function profiling(contender: Contender, to: ProfileTo | undefined): Promise<() => Promise<void>> {
  const processes = to && contender.ours ? Object.entries(contender.ours.profiled()) : [];
  for (const [, remote] of processes) await remote.startProfile();
  return async () => {
    for (const [name, remote] of processes) {
      await remote.writeProfile(join(to?.directory ?? "", `${to?.prefix}.${name}.cpuprofile`));
    }
  };
}
